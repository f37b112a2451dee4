-- Sets fields of hashes, if the one who asks leads; a repeat changes nothing.
-- KEYS: poller's lease, the hashes. ARGV: leader; for each hash the number of words that follow,
-- which are its fields and values in turn. Returns 'done' or 'not leader'.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 'not leader'
end
local at = 2
for i = 2, #KEYS do
  local last = at + tonumber(ARGV[at])
  redis.call('HSET', KEYS[i], unpack(ARGV, at + 1, last))
  at = last + 1
end
return 'done'
