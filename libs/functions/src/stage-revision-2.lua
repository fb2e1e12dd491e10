--[[
  Stores a deployment package and the revision that runs it. Whatever is new, or expires already, expires ttlMs from now;
  what is kept stays kept, so an upload that fails later cannot take the package of a running version with it.

  KEYS[1] package (hash)   KEYS[2] revision (string)
  ARGV[1] ttlMs  ARGV[2] code  ARGV[3] source map (gzip)  ARGV[4] source (gzip)  ARGV[5] source type  ARGV[6] revision JSON
  Returns 1.
]]
local packageKept = redis.call('PTTL', KEYS[1]) == -1
local revisionKept = redis.call('PTTL', KEYS[2]) == -1
if not packageKept then
  redis.call('HSET', KEYS[1], 'code', ARGV[2], 'sourceMap', ARGV[3], 'source', ARGV[4], 'sourceType', ARGV[5])
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
end
redis.call('SET', KEYS[2], ARGV[6], 'KEEPTTL')
if not revisionKept then redis.call('PEXPIRE', KEYS[2], ARGV[1]) end
return 1
