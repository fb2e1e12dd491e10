--[[
  Adds what one gateway counted of a canary and its stage, and answers what all gateways counted in the window. Times are Redis
  time; counts are kept in slots of time, and those that left the window go.

  KEYS[1] counts (hash, "slot:field" -> number)
  ARGV[1] seconds of a slot   ARGV[2] slots of the window   ARGV[3..] field, number, field, number, ...
  Returns { field, sum, field, sum, ... }.
]]
local slotSeconds, slots = tonumber(ARGV[1]), tonumber(ARGV[2])
local slot = math.floor(tonumber(redis.call('TIME')[1]) / slotSeconds)
for at = 3, #ARGV, 2 do
  redis.call('HINCRBY', KEYS[1], string.format('%d:%s', slot, ARGV[at]), ARGV[at + 1])
end
redis.call('EXPIRE', KEYS[1], slotSeconds * slots * 2)
local sums, old = {}, {}
local all = redis.call('HGETALL', KEYS[1])
for at = 1, #all, 2 do
  local ofSlot, field = string.match(all[at], '^(%d+):(.+)$')
  if slot - tonumber(ofSlot) >= slots then
    old[#old + 1] = all[at]
  else
    sums[field] = (sums[field] or 0) + tonumber(all[at + 1])
  end
end
for _, field in ipairs(old) do redis.call('HDEL', KEYS[1], field) end
local answer = {}
for field, sum in pairs(sums) do
  answer[#answer + 1] = field
  answer[#answer + 1] = sum
end
return answer
