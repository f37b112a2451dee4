-- Who has a lease. KEYS: lease. Returns {holder or '', ms until it runs out}.
return {redis.call('GET', KEYS[1]) or '', redis.call('PTTL', KEYS[1])}
