-- Lifts a suspension. KEYS: suspended. ARGV: member. Returns its reason, or nil.
local reason = redis.call('HGET', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[1], ARGV[1])
return reason
