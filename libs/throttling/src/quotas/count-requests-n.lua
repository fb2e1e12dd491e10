-- Counts requests under usage plans: in the quota of key and plan, if there is one, and in the usage of the day.
-- A request over its quota is counted nowhere. Redis's own clock says which period and which day it is.
-- KEYS: 1 to 3 usage of yesterday, today and tomorrow as the caller sees the day; 4 last use of each API key; then the quotas, each once
-- ARGV: 1 today as the caller sees it (days since 1970), 2 seconds a day's usage is kept;
--       then per quota: limit, starts of four periods in a row (ms since 1970; the second is the present one as the caller sees it);
--       then per entry: requests, 1 = count them whatever the limit, quota (1 = KEYS[5], 0 = none), field of the day's usage, API key id
-- Returns: per entry how many of its requests were counted; then per quota: used, limit and grants, ms until the period ends,
--          the percentage that was reached in this period before and after.
local time = redis.call('TIME')
local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
-- A clock more than a day off still counts, on the nearest day there is a key for.
local day = math.max(-1, math.min(1, math.floor(now_ms / 86400000) - tonumber(ARGV[1])))
local usage = KEYS[2 + day]
local quotas = {}
local arg = 3

for i = 5, #KEYS do
  local quota = { key = KEYS[i], taken = 0 }
  local start, ends = ARGV[arg + 1], ARGV[arg + 2]
  for p = arg + 2, arg + 3 do
    if now_ms >= tonumber(ARGV[p]) then start, ends = ARGV[p], ARGV[p + 1] end
  end
  local stored = redis.call('HMGET', quota.key, 'start', 'used', 'extra', 'percent')
  local same = stored[1] == start
  quota.start, quota.same, quota.ends = start, same, tonumber(ends)
  quota.used = same and tonumber(stored[2]) or 0
  quota.limit = tonumber(ARGV[arg]) + (same and tonumber(stored[3]) or 0)
  quota.percent = same and tonumber(stored[4]) or 0
  quotas[#quotas + 1] = quota
  arg = arg + 5
end

local answer = {}
local counted = false
while arg <= #ARGV do
  local requests, quota = tonumber(ARGV[arg]), quotas[tonumber(ARGV[arg + 2])]
  if quota then
    if ARGV[arg + 1] == '0' then requests = math.max(0, math.min(requests, quota.limit - quota.used)) end
    quota.used = quota.used + requests
    quota.taken = quota.taken + requests
  end
  if requests > 0 then
    counted = true
    redis.call('HINCRBY', usage, ARGV[arg + 3], requests)
    redis.call('HSET', KEYS[4], ARGV[arg + 4], string.format('%.0f', now_ms))
  end
  answer[#answer + 1] = requests
  arg = arg + 5
end
if counted then redis.call('EXPIRE', usage, ARGV[2], 'NX') end

for _, quota in ipairs(quotas) do
  local reached = quota.percent
  if quota.taken > 0 then
    reached = math.max(reached, math.floor(quota.used * 100 / quota.limit))
    if not quota.same then redis.call('DEL', quota.key) end
    redis.call('HSET', quota.key, 'start', quota.start, 'used', string.format('%.0f', quota.used), 'percent', reached)
    -- A day more than the period: a clock that is set back finds it again.
    if not quota.same then redis.call('PEXPIREAT', quota.key, string.format('%.0f', quota.ends + 86400000)) end
  end
  answer[#answer + 1] = quota.used
  answer[#answer + 1] = quota.limit
  answer[#answer + 1] = math.max(0, quota.ends - now_ms)
  answer[#answer + 1] = quota.percent
  answer[#answer + 1] = reached
end
return answer
