-- How much is on its way. KEYS: ready, line, suspended, dead. Returns a number for each.
return {redis.call('ZCARD', KEYS[1]), redis.call('HLEN', KEYS[2]), redis.call('HLEN', KEYS[3]),
  redis.call('HLEN', KEYS[4])}
