-- with: dead
-- How much is on its way. KEYS: ready, line, suspended, dead. ARGV: the platform's key prefix, ms for
-- which dead letters are kept, most that are kept. Returns a number for each.
forget_dead(ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]))
return {redis.call('ZCARD', KEYS[1]), redis.call('HLEN', KEYS[2]), redis.call('HLEN', KEYS[3]),
  redis.call('HLEN', KEYS[4])}
