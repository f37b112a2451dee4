-- Names some keys. KEYS: any of ours, by which a cluster finds the node. ARGV: place, count, pattern.
-- Returns the next place, '0' at the end, the names, and how many keys the server has.
local found = redis.call('SCAN', ARGV[1], 'MATCH', ARGV[3], 'COUNT', ARGV[2])
return {found[1], found[2], redis.call('DBSIZE')}
