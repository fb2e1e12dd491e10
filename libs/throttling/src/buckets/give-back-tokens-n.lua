-- Puts tokens back into buckets, up to what each may hold. An absent bucket is full already.
-- KEYS: the buckets, each once
-- ARGV: per bucket its burst and how many tokens, in the order of KEYS
-- Returns: how many buckets took any.
local given = 0
for i = 1, #KEYS do
  local stored = redis.call('GET', KEYS[i])
  if stored then
    -- As if they had not been taken: the time they were counted at stays, and so does the key's life, which is long enough for a fuller bucket.
    local left, counted_at_us = string.match(stored, '^(%S+) (%S+)$')
    local tokens = math.min(tonumber(ARGV[2 * i - 1]), tonumber(left) + tonumber(ARGV[2 * i]))
    redis.call('SET', KEYS[i], string.format('%.17g %s', tokens, counted_at_us), 'KEEPTTL')
    given = given + 1
  end
end
return given
