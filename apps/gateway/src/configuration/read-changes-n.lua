--[[
  Everything that changed after a version, as it is now: one consistent look at the configuration.

  KEYS[1] version   KEYS[2] changes (stream)   KEYS[3..] records, one hash per kind
  ARGV[1] version the reader has applied   ARGV[2] most changes to answer   ARGV[3..] the kinds, in the order of their hashes
  Returns { version, kind, name, record or '', kind, name, ... }, each changed name once;
  nil when the reader must load everything: a gap, too many changes, or a version of another history.
]]
local version = tonumber(redis.call('GET', KEYS[1]) or '0')
local applied = tonumber(ARGV[1])
if version == applied then return { version } end
if version < applied or version - applied > tonumber(ARGV[2]) then return nil end
local entries = redis.call('XRANGE', KEYS[2], string.format('%d-0', applied + 1), string.format('%d-0', version))
if #entries ~= version - applied then return nil end
local hashOf = {}
for at = 3, #KEYS do hashOf[ARGV[at]] = KEYS[at] end
local answer, seen = { version }, {}
for _, entry in ipairs(entries) do
  local kind, name = entry[2][2], entry[2][4]
  -- A kind this reader does not know was written by a newer program: nothing here depends on it.
  if hashOf[kind] and not seen[kind .. ' ' .. name] then
    seen[kind .. ' ' .. name] = true
    answer[#answer + 1] = kind
    answer[#answer + 1] = name
    answer[#answer + 1] = redis.call('HGET', hashOf[kind], name) or ''
  end
end
return answer
