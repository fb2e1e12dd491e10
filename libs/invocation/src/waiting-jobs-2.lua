-- The jobs of a BullMQ queue of hand-overs that nobody has taken.
-- KEYS[1] the queue's list of waiting jobs · KEYS[2] the sorted set that holds the job that is handed over
-- Returns: their ids
local ids = redis.call('LRANGE', KEYS[1], 0, -1)
local handed = redis.call('ZRANGE', KEYS[2], 0, -1, 'WITHSCORES')
for at = 2, #handed, 2 do
  ids[#ids + 1] = handed[at]
end
return ids
