-- Makes every parcel that is away due now: whoever had it is dead.
--
-- KEYS: fly.

local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
for _, parcel in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. now, '+inf', 'LIMIT', 0, 1000)) do
  redis.call('ZADD', KEYS[1], now, parcel)
end
