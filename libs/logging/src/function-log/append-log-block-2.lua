-- Appends one block of log records of a function and keeps its log within its bounds. Running it twice with one sequence is running it once.
-- KEYS[1] stream of blocks: n records, s invocations sampled away (f first, t last of them, epoch ms), d text of the records
-- KEYS[2] hash of totals of what the stream holds: bytes, records, sampled; of what was trimmed from it: trimmed; w:<writer> = its last sequence
-- ARGV[1] writer  [2] its sequence, growing  [3] n  [4] s  [5] f  [6] t  [7] d  [8] bytes kept at most  [9] seconds kept at most
--         n = s = 0 appends nothing and only trims
-- Returns the bytes the stream holds now.
local stream, totals = KEYS[1], KEYS[2]
local bytesMax, secondsMax = tonumber(ARGV[8]), tonumber(ARGV[9])
local overhead = 128

if redis.call('EXISTS', stream) == 0 then redis.call('HDEL', totals, 'bytes', 'records', 'sampled', 'trimmed') end

local n, s = tonumber(ARGV[3]), tonumber(ARGV[4])
if n + s > 0 then
  local writer = 'w:' .. ARGV[1]
  local last = tonumber(redis.call('HGET', totals, writer) or '0')
  if tonumber(ARGV[2]) > last then
    if redis.call('HLEN', totals) > 1000 then
      for _, field in ipairs(redis.call('HKEYS', totals)) do
        if string.sub(field, 1, 2) == 'w:' then redis.call('HDEL', totals, field) end
      end
    end
    redis.call('XADD', stream, '*', 'n', n, 's', s, 'f', ARGV[5], 't', ARGV[6], 'd', ARGV[7])
    redis.call('HSET', totals, writer, ARGV[2])
    redis.call('HINCRBY', totals, 'bytes', #ARGV[7] + overhead)
    redis.call('HINCRBY', totals, 'records', n)
    redis.call('HINCRBY', totals, 'sampled', s)
  end
end

local bytes = tonumber(redis.call('HGET', totals, 'bytes') or '0')
local oldestMs = tonumber(redis.call('TIME')[1]) * 1000 - secondsMax * 1000
for _ = 1, 200 do
  local entry = redis.call('XRANGE', stream, '-', '+', 'COUNT', 1)[1]
  if entry == nil then break end
  local writtenMs = tonumber(string.match(entry[1], '^(%d+)'))
  if bytes <= bytesMax and writtenMs >= oldestMs then break end
  local fields = entry[2]
  redis.call('XDEL', stream, entry[1])
  bytes = redis.call('HINCRBY', totals, 'bytes', 0 - #fields[10] - overhead)
  redis.call('HINCRBY', totals, 'records', 0 - tonumber(fields[2]))
  redis.call('HINCRBY', totals, 'sampled', 0 - tonumber(fields[4]))
  redis.call('HINCRBY', totals, 'trimmed', tonumber(fields[2]) + tonumber(fields[4]))
end

if n + s > 0 then
  redis.call('EXPIRE', stream, secondsMax)
  redis.call('EXPIRE', totals, secondsMax)
end
return bytes
