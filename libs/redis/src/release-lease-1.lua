-- Gives up one's own lease.
-- KEYS[1] string: who holds it
-- ARGV[1] who gives it up
-- Returns 1 when it was the asker's, 0 otherwise.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
