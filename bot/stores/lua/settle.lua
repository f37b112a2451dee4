-- Ends a parcel. KEYS: fly, attempts, job, dropped, suspended.
-- ARGV: parcel, outcome (sent, dropped or suspended), member, note, notes kept.
-- Only the call that ends it counts it: a repeat finds nothing to remove.
local parcel, outcome = ARGV[1], ARGV[2]
if redis.call('ZREM', KEYS[1], parcel) == 0 then
  return 0
end
redis.call('HDEL', KEYS[2], parcel)
if redis.call('EXISTS', KEYS[3]) == 1 then
  redis.call('HINCRBY', KEYS[3], outcome, 1)
end
if outcome == 'dropped' then
  redis.call('LPUSH', KEYS[4], ARGV[4])
  redis.call('LTRIM', KEYS[4], 0, ARGV[5] - 1)
elseif outcome == 'suspended' then
  redis.call('HSET', KEYS[5], ARGV[3], ARGV[4])
end
return 1
