-- Says of which version the store's layout is; a store that nobody used yet gets the newest.
--
-- KEYS: schema, then those of which any used store has one. ARGV: the first version, the newest.
-- Returns what schema says, and 1 if the store is new.
local stored = redis.call('GET', KEYS[1])
if stored then
  return {stored, 0}
end
local is_new = redis.call('EXISTS', unpack(KEYS, 2)) == 0
local version = is_new and ARGV[2] or ARGV[1]
redis.call('SET', KEYS[1], version)
return {version, is_new and 1 or 0}
