-- Takes tokens for groups of requests. A request takes one token from every bucket of its group, or none from any.
-- Redis's own clock counts, so any number of gateways share a bucket exactly. An absent bucket is full.
-- KEYS: the buckets, each once
-- ARGV: per bucket its rate (tokens per second) and burst, in the order of KEYS;
--       then per group: requests, number of buckets, the place of each bucket in KEYS
-- Returns: per group how many of its requests took their tokens; then per bucket the thousandths of a token that are left, rounded down.
local time = redis.call('TIME')
local now_us = time[1] * 1000000 + time[2]
local stored = redis.call('MGET', unpack(KEYS))
local rates, bursts, tokens, touched = {}, {}, {}, {}
for i = 1, #KEYS do
  rates[i] = tonumber(ARGV[2 * i - 1])
  bursts[i] = tonumber(ARGV[2 * i])
  tokens[i] = bursts[i]
  if stored[i] then
    local left, counted_at_us = string.match(stored[i], '^(%S+) (%S+)$')
    -- A clock that was set back refills nothing.
    local elapsed_us = math.max(0, now_us - tonumber(counted_at_us))
    tokens[i] = math.min(bursts[i], tonumber(left) + elapsed_us * rates[i] / 1000000)
  end
end

local answer = {}
local arg = 2 * #KEYS + 1
while arg <= #ARGV do
  local taken = tonumber(ARGV[arg])
  local first, last = arg + 2, arg + 1 + tonumber(ARGV[arg + 1])
  for a = first, last do
    -- Sums of refills are not exact: a token that lacks a billionth is there.
    taken = math.min(taken, math.floor(tokens[tonumber(ARGV[a])] + 1e-9))
  end
  if taken > 0 then
    for a = first, last do
      local i = tonumber(ARGV[a])
      tokens[i] = math.max(0, tokens[i] - taken)
      touched[i] = true
    end
  end
  answer[#answer + 1] = taken
  arg = last + 1
end

for i = 1, #KEYS do
  if touched[i] then
    -- Kept until it is full again, for then it is as good as absent.
    local full_in_ms = math.ceil((bursts[i] - tokens[i]) * 1000 / rates[i]) + 1
    redis.call('SET', KEYS[i], string.format('%.17g %.0f', tokens[i], now_us), 'PX', string.format('%.0f', full_in_ms))
  end
  answer[#answer + 1] = math.floor(tokens[i] * 1000)
end
return answer
