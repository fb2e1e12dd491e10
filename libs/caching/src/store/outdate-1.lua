--[[
  Makes every answer of a path old, those that are being fetched included.

  KEYS[1] epoch of the path (integer)
  ARGV[1] ms after which the epoch may be forgotten, longer than any entry lives  ARGV[2] channel  ARGV[3] message for who holds answers of the path
  Returns the new epoch.
]]
local epoch = redis.call('INCR', KEYS[1])
redis.call('PEXPIRE', KEYS[1], ARGV[1])
redis.call('PUBLISH', ARGV[2], ARGV[3])
return epoch
