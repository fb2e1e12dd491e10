-- Takes the oldest waiting job of a BullMQ queue for good: it is gone from Redis with this call.
-- KEYS[1] the queue's list of waiting jobs · KEYS[2] its marker, the sorted set that idle workers block on · KEYS[3] its settings
-- ARGV[1] what the key of a job has before its id
-- Returns: { data, text, how many wait } · {} when none waits, or the queue is paused
if redis.call('HEXISTS', KEYS[3], 'paused') == 1 then
  return {}
end
local id = redis.call('RPOP', KEYS[1])
if not id then
  return {}
end
local key = ARGV[1] .. id
local job = redis.call('HMGET', key, 'data', 'text')
redis.call('DEL', key)
local waiting = redis.call('LLEN', KEYS[1])
if waiting > 0 then
  -- Who blocked on the marker took it out: the next worker is woken for what is left.
  redis.call('ZADD', KEYS[2], 0, '0')
end
return { job[1] or '{}', job[2] or '', waiting }
