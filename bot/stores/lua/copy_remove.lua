-- Removes keys. KEYS: any.
redis.call('UNLINK', unpack(KEYS))
