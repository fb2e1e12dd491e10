-- Adds to a counter and names it. Only for the specs of LuaScript.
-- KEYS: 1 counter, 2 string that takes the name
-- ARGV: 1 amount, 2 name
-- Returns: the counter's new value.
redis.call('SET', KEYS[2], ARGV[2])
return redis.call('INCRBY', KEYS[1], ARGV[1])
