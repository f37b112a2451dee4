-- Gives out no turn for a while. KEYS: turn. ARGV: ms. An earlier, longer pause stays.
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local free = math.max(now + ARGV[1] * 1000, tonumber(redis.call('GET', KEYS[1]) or 0))
redis.call('SET', KEYS[1], string.format('%.0f', free), 'PX', math.ceil((free - now) / 1000) + 60000)
return 1
