--[[
  Records when access keys were last used; a later use that is known already stays.

  KEYS[1] last uses (hash, access key id -> "atMs service")
  ARGV    id, atMs, service, id, atMs, service, ...
  Returns how many were recorded.
]]
local recorded = 0
for i = 1, #ARGV, 3 do
  local known = redis.call('HGET', KEYS[1], ARGV[i])
  local knownMs = known and tonumber(string.match(known, '^%d+')) or 0
  if tonumber(ARGV[i + 1]) > knownMs then
    redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1] .. ' ' .. ARGV[i + 2])
    recorded = recorded + 1
  end
end
return recorded
