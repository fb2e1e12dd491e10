--[[
  Keeps a lock for as long as its fetch takes.

  KEYS[1] lock of the field (hash)
  ARGV[1] token  ARGV[2] TTL in ms
  Returns 1, or 0 when the lock is another one's.
]]
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
