-- Takes a lease that nobody holds, or prolongs one's own.
-- KEYS[1] string: who holds it
-- ARGV[1] who asks  [2] for how long, ms
-- Returns 1 when the asker holds it now, 0 when somebody else does.
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
