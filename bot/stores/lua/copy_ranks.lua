-- A digest of some members of a sorted set, in its order. KEYS: the set. ARGV: the first's rank, the
-- last's.
--
-- Servers of different versions write the same score in different ways, and 0 has a sign.
local words = redis.call('ZRANGE', KEYS[1], ARGV[1], ARGV[2], 'WITHSCORES')
for i = 1, #words, 2 do
  words[i] = #words[i] .. ':' .. words[i]
  words[i + 1] = string.format('%.17g,', tonumber(words[i + 1]) + 0)
end
return redis.sha1hex(table.concat(words))
