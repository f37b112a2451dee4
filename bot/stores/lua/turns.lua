-- Reserves turns to send, evenly spaced over all processes: the generic cell rate algorithm with no
-- burst, on the server's clock. KEYS: turn (us, when the next one is free). ARGV: how many, spacing
-- us, the us from now before which the asker could use none. Returns the us of the first, and of now,
-- as text. A repeat reserves more, which costs time and nothing else.
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local first = math.max(now + ARGV[3], tonumber(redis.call('GET', KEYS[1]) or 0))
local after = first + ARGV[1] * ARGV[2]
redis.call('SET', KEYS[1], string.format('%.0f', after), 'PX', math.ceil((after - now) / 1000) + 60000)
return {string.format('%.0f', first), string.format('%.0f', now)}
