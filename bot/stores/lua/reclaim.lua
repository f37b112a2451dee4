-- with: lines
-- Makes what is out under a lease due at once, a bounded number: whoever had it is dead.
--
-- KEYS: due. ARGV: the platform's key prefix, where to go on. Returns where to go on, '0' at the end.
local prefix = ARGV[1]
local found = redis.call('ZSCAN', KEYS[1], ARGV[2], 'COUNT', 200)
for i = 1, #found[2], 2 do
  local member = found[2][i]
  local line = line_of(prefix, member)
  if line and line.lease then
    end_lease(line)
    keep_line(prefix, member, line)
    redis.call('ZADD', KEYS[1], now, member)
    come_home(prefix, member, now)
  end
end
return found[1]
