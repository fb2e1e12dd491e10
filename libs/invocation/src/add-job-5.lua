-- Adds a job to a BullMQ queue of hand-overs and wakes a worker that waits for one.
-- KEYS[1] the queue's counter of job ids · KEYS[2] its list of waiting jobs · KEYS[3] its marker, the sorted set that idle workers block on
-- KEYS[4] its settings · KEYS[5] the sorted set that holds the job that is handed over, by its id; idle workers block on it as well
-- ARGV[1] what the key of a job has before its id · ARGV[2] name · ARGV[3] data, a line feed, text · ARGV[4] epoch ms
-- Returns: the job's id. Whoever takes one from KEYS[5] has all of it
local id = redis.call('INCR', KEYS[1])
local paused = redis.call('HEXISTS', KEYS[4], 'paused') == 1
if not paused and redis.call('LLEN', KEYS[2]) == 0 and redis.call('EXISTS', KEYS[5]) == 0 then
  redis.call('ZADD', KEYS[5], id, ARGV[3])
  return id
end
local lineFeed = string.find(ARGV[3], '\n', 1, true)
redis.call('HSET', ARGV[1] .. id, 'name', ARGV[2], 'data', string.sub(ARGV[3], 1, lineFeed - 1),
  'text', string.sub(ARGV[3], lineFeed + 1), 'opts', '{}', 'timestamp', ARGV[4])
redis.call('LPUSH', KEYS[2], id)
if not paused then
  redis.call('ZADD', KEYS[3], 0, '0')
end
return id
