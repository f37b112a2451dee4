-- Writes what schema says. KEYS: lease, schema. ARGV: holder, the expected text ('' for none), the
-- new one. Returns 1, or 0 where another has the lease or the text is neither.
local stored = redis.call('GET', KEYS[2]) or ''
if redis.call('GET', KEYS[1]) ~= ARGV[1] or (stored ~= ARGV[2] and stored ~= ARGV[3]) then
  return 0
end
redis.call('SET', KEYS[2], ARGV[3])
return 1
