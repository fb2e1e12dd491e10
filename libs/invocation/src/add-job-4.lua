-- Adds a job to a BullMQ queue and wakes a worker that waits for one.
-- KEYS[1] the queue's counter of job ids · KEYS[2] its list of waiting ones · KEYS[3] its marker, the sorted set that idle workers block on
-- KEYS[4] its settings
-- ARGV[1] what the key of a job has before its id · ARGV[2] name · ARGV[3] data · ARGV[4] text · ARGV[5] epoch ms
-- Returns: the job's id
local id = tostring(redis.call('INCR', KEYS[1]))
redis.call('HSET', ARGV[1] .. id, 'name', ARGV[2], 'data', ARGV[3], 'text', ARGV[4], 'opts', '{}', 'timestamp', ARGV[5])
redis.call('LPUSH', KEYS[2], id)
if redis.call('HEXISTS', KEYS[4], 'paused') == 0 then
  redis.call('ZADD', KEYS[3], 0, '0')
end
return id
