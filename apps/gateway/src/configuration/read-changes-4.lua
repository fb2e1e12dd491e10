--[[
  Everything that changed after a version, as it is now: one consistent look at the configuration.

  KEYS[1] version   KEYS[2] changes (stream)   KEYS[3] functions (hash)   KEYS[4] apis (hash)
  ARGV[1] version the reader has applied   ARGV[2] most changes to answer
  Returns { version, kind, name, record or '', kind, name, ... }, each changed name once;
  nil when the reader must load everything: a gap, too many changes, or a version of another history.
]]
local version = tonumber(redis.call('GET', KEYS[1]) or '0')
local applied = tonumber(ARGV[1])
if version == applied then return { version } end
if version < applied or version - applied > tonumber(ARGV[2]) then return nil end
local entries = redis.call('XRANGE', KEYS[2], string.format('%d-0', applied + 1), string.format('%d-0', version))
if #entries ~= version - applied then return nil end
local answer, seen = { version }, {}
for _, entry in ipairs(entries) do
  local kind, name = entry[2][2], entry[2][4]
  if not seen[kind .. ' ' .. name] then
    seen[kind .. ' ' .. name] = true
    local record = redis.call('HGET', kind == 'function' and KEYS[3] or KEYS[4], name)
    answer[#answer + 1] = kind
    answer[#answer + 1] = name
    answer[#answer + 1] = record or ''
  end
end
return answer
