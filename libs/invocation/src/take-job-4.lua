-- Takes the oldest waiting job of a BullMQ queue of hand-overs for good: it is gone from Redis with this call.
-- KEYS[1] the queue's list of waiting jobs · KEYS[2] its marker, the sorted set that idle workers block on · KEYS[3] its settings
-- KEYS[4] the sorted set that holds the job that is handed over
-- ARGV[1] what the key of a job has before its id
-- Returns: { job: data, a line feed, text; how many wait } · {} when none waits, or the queue is paused
if redis.call('HEXISTS', KEYS[3], 'paused') == 1 then
  return {}
end
local taken = redis.call('ZPOPMIN', KEYS[4])[1]
if not taken then
  local id = redis.call('RPOP', KEYS[1])
  if not id then
    return {}
  end
  local key = ARGV[1] .. id
  local job = redis.call('HMGET', key, 'data', 'text')
  redis.call('DEL', key)
  taken = (job[1] or '{}') .. '\n' .. (job[2] or '')
end
local waiting = redis.call('LLEN', KEYS[1])
if waiting > 0 then
  -- Who blocked on the marker took it out: the next worker is woken for what is left.
  redis.call('ZADD', KEYS[2], 0, '0')
end
return { taken, waiting }
