-- What the operator's chat was told. KEYS: operator. Returns '' where that is nothing.
return redis.call('GET', KEYS[1]) or ''
