--[[
  Writes one record of the configuration, if it still is what the writer saw.

  KEYS[1] version (integer)   KEYS[2] changes (stream, one entry per version, id "<version>-0")   KEYS[3] records of the kind (hash by name)
  ARGV[1] kind  ARGV[2] name  ARGV[3] record JSON, '' = delete
  ARGV[4] SHA-1 of the record the writer saw, '' = it saw none   ARGV[5] version the writer saw, '' = any
  ARGV[6] entries kept in the stream (about)   ARGV[7] channel that is told the version
  Returns the new version, or 0 when somebody else was faster.
]]
local present = redis.call('HGET', KEYS[3], ARGV[2])
local seen = present and redis.sha1hex(present) or ''
if seen ~= ARGV[4] then return 0 end
if ARGV[5] ~= '' and ARGV[5] ~= (redis.call('GET', KEYS[1]) or '0') then return 0 end
local version = redis.call('INCR', KEYS[1])
if ARGV[3] == '' then
  redis.call('HDEL', KEYS[3], ARGV[2])
else
  redis.call('HSET', KEYS[3], ARGV[2], ARGV[3])
end
redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[6], string.format('%d-0', version), 'kind', ARGV[1], 'name', ARGV[2])
redis.call('PUBLISH', ARGV[7], string.format('%d', version))
return version
