--[[
  Keeps the answer that a lock's holder fetched, within the byte budget of this part of the cache, and ends the lock.
  An answer whose lock went to another one meanwhile, or whose path was changed since it was asked for, is not kept.

  KEYS[1] entries (hash)  KEYS[2] expiry (sorted set, ms)  KEYS[3] bytes held (integer)  KEYS[4] lock of the field (hash)  KEYS[5] epoch of the path
  ARGV[1] field  ARGV[2] token  ARGV[3] epoch when it was asked for  ARGV[4] bytes  ARGV[5] ms it is fresh  ARGV[6] ms until it expires
  ARGV[7] byte budget  ARGV[8] bytes an entry costs beside its own  ARGV[9] ms after which an idle part of the cache is forgotten, longer than any entry lives
  ARGV[10] channel  ARGV[11] message for who waited, '' = none  ARGV[12] message for who may hold an older answer, '' = none
  Returns 1 when it was kept, else 0.
]]
if redis.call('HGET', KEYS[4], 'token') ~= ARGV[2] then return 0 end
local waited = redis.call('HGET', KEYS[4], 'waited')
redis.call('DEL', KEYS[4])

local time = redis.call('TIME')
local nowMs = time[1] * 1000 + math.floor(time[2] / 1000)
local held = tonumber(redis.call('GET', KEYS[3]) or '0')
local function drop(field)
  held = held - redis.call('HSTRLEN', KEYS[1], field) - ARGV[8]
  redis.call('HDEL', KEYS[1], field)
  redis.call('ZREM', KEYS[2], field)
end

local kept = 0
local size = #ARGV[4] + 26 + ARGV[8]
if tonumber(redis.call('GET', KEYS[5]) or '0') == tonumber(ARGV[3]) and size <= tonumber(ARGV[7]) then
  if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 1 then drop(ARGV[1]) end
  for _, field in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', nowMs, 'LIMIT', 0, 100)) do drop(field) end
  -- What would be gone first anyway goes first.
  while held + size > tonumber(ARGV[7]) do
    local soonest = redis.call('ZRANGE', KEYS[2], 0, 0)[1]
    if not soonest then break end
    drop(soonest)
  end
  redis.call('HSET', KEYS[1], ARGV[1], string.format('%013d%013d', nowMs + ARGV[5], ARGV[3]) .. ARGV[4])
  redis.call('ZADD', KEYS[2], nowMs + ARGV[6], ARGV[1])
  redis.call('SET', KEYS[3], string.format('%d', held + size))
  -- All three together, so that the sum never outlives what it sums up.
  for index = 1, 3 do redis.call('PEXPIRE', KEYS[index], ARGV[9]) end
  kept = 1
end
if ARGV[12] ~= '' then redis.call('PUBLISH', ARGV[10], ARGV[12]) end
if waited and ARGV[11] ~= '' then redis.call('PUBLISH', ARGV[10], ARGV[11]) end
return kept
