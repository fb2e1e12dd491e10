--[[
  Makes a staged package and revision permanent, both or neither.

  KEYS[1] package   KEYS[2] revision
  Returns 1, or 0 when one of them has expired.
]]
if redis.call('EXISTS', KEYS[1], KEYS[2]) ~= 2 then return 0 end
redis.call('PERSIST', KEYS[1])
redis.call('PERSIST', KEYS[2])
return 1
