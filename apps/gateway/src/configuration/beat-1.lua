--[[
  Records that a gateway lives and which configuration it has applied, and answers who else does. Times are Redis time,
  so the clocks of the machines do not matter.

  KEYS[1] heartbeats (hash, gateway id -> "version atMs")
  ARGV[1] id  ARGV[2] version applied  ARGV[3] ms after which a gateway counts as gone
  Returns { id, version, id, version, ... } of the live gateways.
]]
local time = redis.call('TIME')
local nowMs = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HSET', KEYS[1], ARGV[1], string.format('%s %d', ARGV[2], nowMs))
redis.call('PEXPIRE', KEYS[1], 60000)
local live = {}
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  local version, atMs = string.match(all[i + 1], '^(%d+) (%d+)$')
  if nowMs - tonumber(atMs) > tonumber(ARGV[3]) then
    redis.call('HDEL', KEYS[1], all[i])
  else
    live[#live + 1] = all[i]
    live[#live + 1] = tonumber(version)
  end
end
return live
