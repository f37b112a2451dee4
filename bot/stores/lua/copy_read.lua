-- Reads some entries of each key. KEYS: any. ARGV: how many, each key's place, each key's kind.
-- Returns of each the next place, '0' at the end, and its entries: names with values or scores.
local COMMANDS = {hash = 'HSCAN', set = 'SSCAN'}

-- In its order: what is added behind all others is added in a third of the time.
local function ranks(key, place, count)
  local first = tonumber(place)
  local words = redis.call('ZRANGE', key, first, first + count - 1, 'WITHSCORES')
  return {#words < 2 * count and '0' or tostring(first + count), words}
end

local read = {}
for i, key in ipairs(KEYS) do
  local place, kind = ARGV[1 + i], ARGV[1 + #KEYS + i]
  if kind == 'string' then
    read[i] = {'0', {redis.call('GET', key)}}
  elseif kind == 'none' then
    read[i] = {'0', {}}
  elseif kind == 'zset' then
    read[i] = ranks(key, place, tonumber(ARGV[1]))
  else
    read[i] = redis.call(COMMANDS[kind], key, place, 'COUNT', ARGV[1])
  end
end
return read
