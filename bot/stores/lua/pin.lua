-- Sets which message shows a chat's board, if what is stored is as expected; a repeat does no harm.
-- KEYS: boards. ARGV: member, the text that is expected ('*' for any), the new one ('' for none).
local member, expected, new = unpack(ARGV)
if expected ~= '*' and redis.call('HGET', KEYS[1], member) ~= expected then
  return 0
end
if new == '' then
  redis.call('HDEL', KEYS[1], member)
else
  redis.call('HSET', KEYS[1], member, new)
end
return 1
