-- with: copy_entries
-- Adds entries to each key. KEYS: any. ARGV: of each key its kind, when it ends (ms; -1: never), the
-- number of words that follow, and those: its entries, names with values or scores.
each_of(function(key, kind, ends, words)
  if kind == 'string' then
    redis.call('SET', key, words[1])
  elseif kind == 'hash' then
    redis.call('HSET', key, unpack(words))
  elseif kind == 'set' then
    redis.call('SADD', key, unpack(words))
  else
    for i = 1, #words, 2 do
      words[i], words[i + 1] = words[i + 1], words[i]
    end
    redis.call('ZADD', key, unpack(words))
  end
  if ends ~= '-1' then
    redis.call('PEXPIREAT', key, ends)
  end
end)
