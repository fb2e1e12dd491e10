-- Sets how many requests a key may make beyond its quota in the present period; without ARGV[5] only tells how things stand.
-- KEYS: 1 quota
-- ARGV: 1 to 4 starts of four periods in a row (ms since 1970; the second is the present one as the caller sees it), 5 requests
-- Returns: requests used in the present period, requests granted, when it began and when it ends (ms since 1970).
local time = redis.call('TIME')
local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
local start, ends = ARGV[1], ARGV[2]
for p = 2, 3 do
  if now_ms >= tonumber(ARGV[p]) then start, ends = ARGV[p], ARGV[p + 1] end
end
local stored = redis.call('HMGET', KEYS[1], 'start', 'used', 'extra')
local same = stored[1] == start
local used = same and tonumber(stored[2]) or 0
local extra = same and tonumber(stored[3]) or 0
if ARGV[5] then
  extra = tonumber(ARGV[5])
  if not same then redis.call('DEL', KEYS[1]) end
  redis.call('HSET', KEYS[1], 'start', start, 'used', used, 'extra', ARGV[5])
  -- A day more than the period: a clock that is set back finds it again.
  if not same then redis.call('PEXPIREAT', KEYS[1], string.format('%.0f', tonumber(ends) + 86400000)) end
end
return { used, extra, tonumber(start), tonumber(ends) }
