-- Keeps what a platform brought, unless it was brought before.
--
-- KEYS: inbox, brought, wake. ARGV: its number, its text, the most that may wait, how long it is
-- kept (ms), how many numbers are remembered.
-- Returns 1 for what is kept or was before, 0 where too much waits.
local number, text = ARGV[1], ARGV[2]
if redis.call('ZSCORE', KEYS[2], number) then
  return 1
end
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[3]) then
  return 0
end
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
redis.call('ZADD', KEYS[1], number, text)
redis.call('PEXPIRE', KEYS[1], ARGV[4])
redis.call('ZADD', KEYS[2], now, number)
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now - ARGV[4])
redis.call('ZREMRANGEBYRANK', KEYS[2], 0, -1 - ARGV[5])
redis.call('PEXPIRE', KEYS[2], ARGV[4])
if redis.call('LLEN', KEYS[3]) == 0 then
  redis.call('RPUSH', KEYS[3], '1')
end
return 1
