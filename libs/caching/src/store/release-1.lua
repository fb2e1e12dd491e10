--[[
  Ends the lock of a fetch that brought nothing to keep.

  KEYS[1] lock of the field (hash: token or pass, waited)
  ARGV[1] token  ARGV[2] ms for which the key's answers are not kept, so that nobody waits for one; 0 = the fetch failed and says nothing
  ARGV[3] channel  ARGV[4] message for who waited
  Returns 1, or 0 when the lock is another one's.
]]
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then return 0 end
local waited = redis.call('HGET', KEYS[1], 'waited')
redis.call('DEL', KEYS[1])
if tonumber(ARGV[2]) > 0 then
  redis.call('HSET', KEYS[1], 'token', 'pass')
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
if waited then redis.call('PUBLISH', ARGV[3], ARGV[4]) end
return 1
