--[[
  Looks for the answer of a key and, where there is none to use, says who fetches it: one process of all, for as long as it renews its lock.

  KEYS[1] entries (hash, field -> "<fresh until, 13 digits><epoch of its group, 13 digits><bytes>")   KEYS[2] expiry (sorted set, field -> ms)
  KEYS[3] lock of the field (hash: token or pass, epoch, waited)   KEYS[4] epoch of the path (integer, absent = 0)
  ARGV[1] field  ARGV[2] token of the caller ('' = only look)  ARGV[3] lock TTL in ms
  ARGV[4] what is of use: 'stale' = an entry in its stale time as well, 'fresh' = a fresh one, 'none' = no entry, 'replace' = nor anybody else's fetch
  Times are Redis time. Returns { 'hit', bytes, ms it is fresh (negative = stale for so long), ms until it expires } · { 'lead', epoch } · { 'wait' } ·
  { 'pass' } (the answers of this key are not kept) · { 'miss' } (only looked).
]]
local time = redis.call('TIME')
local nowMs = time[1] * 1000 + math.floor(time[2] / 1000)
local epoch = tonumber(redis.call('GET', KEYS[4]) or '0')
if ARGV[4] == 'stale' or ARGV[4] == 'fresh' then
  local value = redis.call('HGET', KEYS[1], ARGV[1])
  local expiresMs = value and tonumber(redis.call('ZSCORE', KEYS[2], ARGV[1]) or '0')
  if value and expiresMs > nowMs and tonumber(string.sub(value, 14, 26)) == epoch then
    local freshMs = tonumber(string.sub(value, 1, 13)) - nowMs
    if freshMs > 0 or ARGV[4] == 'stale' then return { 'hit', string.sub(value, 27), freshMs, expiresMs - nowMs } end
  end
end
if ARGV[2] == '' then return { 'miss' } end
if ARGV[4] ~= 'replace' then
  local holder, since = unpack(redis.call('HMGET', KEYS[3], 'token', 'epoch'))
  if holder == 'pass' then return { 'pass' } end
  -- What was asked for before the path changed is nothing to wait for.
  if holder and tonumber(since) == epoch then
    redis.call('HSET', KEYS[3], 'waited', '1')
    return { 'wait' }
  end
end
redis.call('HSET', KEYS[3], 'token', ARGV[2], 'epoch', epoch)
redis.call('PEXPIRE', KEYS[3], ARGV[3])
return { 'lead', epoch }
