-- Says of each key its kind ('none' if there is no such key), when it ends (ms; -1: never) and how
-- many entries it has. KEYS: any.
local SIZES = {string = 'EXISTS', hash = 'HLEN', set = 'SCARD', zset = 'ZCARD'}
local found = {}
for i, key in ipairs(KEYS) do
  local kind = redis.call('TYPE', key).ok
  local size = SIZES[kind] and redis.call(SIZES[kind], key) or 0
  found[i] = {kind, redis.call('PEXPIRETIME', key), size}
end
return found
