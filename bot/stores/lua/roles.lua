-- Who has which lease, and who ended in order. KEYS: ended, leases. Returns {the holders, '' for none;
-- who ended, each followed by when (ms)}.
local holders = {}
for i = 2, #KEYS do
  holders[i - 1] = redis.call('GET', KEYS[i]) or ''
end
return {holders, redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')}
