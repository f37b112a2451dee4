-- with: dead
-- The newest dead letters, newest first.
--
-- KEYS: dead, dead:at. ARGV: the platform's key prefix, ms for which they are kept, most that are
-- kept, most that are wanted. Returns {<job>|<member>, reason and time as JSON} for each.
forget_dead(ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]))
local found = {}
for i, letter in ipairs(redis.call('ZREVRANGE', KEYS[2], 0, ARGV[4] - 1)) do
  found[i] = {letter, redis.call('HGET', KEYS[1], letter)}
end
return found
