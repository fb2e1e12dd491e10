-- Replaces the state of an alarm if it still is what the asker saw, and keeps the transition.
-- KEYS[1] hash: alarm → its state (JSON)  KEYS[2] list: transitions of the alarm, newest first
-- ARGV[1] alarm  [2] the state seen, '' = none  [3] the new one, '' = none any more  [4] the transition (JSON), '' = none  [5] transitions kept
-- Returns 1 when it was replaced, 0 when somebody else was faster.
if (redis.call('HGET', KEYS[1], ARGV[1]) or '') ~= ARGV[2] then return 0 end
if ARGV[3] == '' then
  redis.call('HDEL', KEYS[1], ARGV[1])
  redis.call('DEL', KEYS[2])
  return 1
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
if ARGV[4] ~= '' then
  redis.call('LPUSH', KEYS[2], ARGV[4])
  redis.call('LTRIM', KEYS[2], 0, tonumber(ARGV[5]) - 1)
end
return 1
