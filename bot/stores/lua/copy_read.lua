-- Reads some entries of each key. KEYS: any. ARGV: how many, each key's place, each key's kind.
-- Returns of each the next place, '0' at the end, and its entries: names with values or scores.
local COMMANDS = {hash = 'HSCAN', set = 'SSCAN', zset = 'ZSCAN'}
local read = {}
for i, key in ipairs(KEYS) do
  local place, kind = ARGV[1 + i], ARGV[1 + #KEYS + i]
  if kind == 'string' then
    read[i] = {'0', {redis.call('GET', key)}}
  elseif kind == 'none' then
    read[i] = {'0', {}}
  else
    read[i] = redis.call(COMMANDS[kind], key, place, 'COUNT', ARGV[1])
  end
end
return read
