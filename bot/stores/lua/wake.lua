-- Lets one sender know that there is something to take. KEYS: wake.
redis.call('LPUSH', KEYS[1], 1)
redis.call('LTRIM', KEYS[1], 0, 0)
return 1
