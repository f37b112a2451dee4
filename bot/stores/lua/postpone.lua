-- Hands a parcel out again later. KEYS: fly, attempts. ARGV: parcel, wait ms, attempts used up.
-- The next hand-out adds one attempt; the count is set, not added to, so a repeat changes nothing.
local clock = redis.call('TIME')
local due = clock[1] * 1000 + math.floor(clock[2] / 1000) + ARGV[2]
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) then
  return 0
end
redis.call('ZADD', KEYS[1], 'XX', due, ARGV[1])
redis.call('HSET', KEYS[2], ARGV[1], ARGV[3])
return 1
