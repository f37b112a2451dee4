-- Says of each key its kind ('none' if there is no such key), when it ends (ms; -1: never), how many
-- entries it has, and a digest of them, '' if they are too many. KEYS: any. ARGV: how many are not.
local SIZES = {string = 'EXISTS', hash = 'HLEN', set = 'SCARD', zset = 'ZCARD'}

-- Words, each with its length before it so that no two lists look the same.
local function joined(words)
  local parts = {}
  for i, word in ipairs(words) do
    parts[i] = #word .. ':' .. word
  end
  return table.concat(parts)
end

-- By member: servers of different versions write the same score in different ways, and 0 has a sign.
local function scored(words)
  local pairs_of = {}
  for i = 1, #words, 2 do
    pairs_of[#pairs_of + 1] = joined({words[i], string.format('%.17g', tonumber(words[i + 1]) + 0)})
  end
  return pairs_of
end

local function fields(words)
  local pairs_of = {}
  for i = 1, #words, 2 do
    pairs_of[#pairs_of + 1] = joined({words[i], words[i + 1]})
  end
  return pairs_of
end

local READ = {
  string = function(key) return {redis.call('GET', key)} end,
  set = function(key) return redis.call('SMEMBERS', key) end,
  hash = function(key) return fields(redis.call('HGETALL', key)) end,
  zset = function(key) return scored(redis.call('ZRANGE', key, 0, -1, 'WITHSCORES')) end,
}

local function digest(key, kind)
  local entries = READ[kind](key)
  table.sort(entries)
  return redis.sha1hex(joined(entries))
end

local most, found = tonumber(ARGV[1]), {}
for i, key in ipairs(KEYS) do
  local kind = redis.call('TYPE', key).ok
  local size = SIZES[kind] and redis.call(SIZES[kind], key) or 0
  local is_small = size > 0 and size <= most
  found[i] = {
    kind, redis.call('PEXPIRETIME', key), size, is_small and digest(key, kind) or '',
  }
end
return found
