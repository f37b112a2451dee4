-- Sets what a chat has set, if it is as expected; a repeat changes nothing.
-- KEYS: preferences. ARGV: member, the text that is expected ('' for none), the new one.
-- Returns 1, or 0 where something else is stored.
local member, expected, new = unpack(ARGV)
local stored = redis.call('HGET', KEYS[1], member) or ''
if stored == new then
  return 1
end
if stored ~= expected then
  return 0
end
if new == '' then
  redis.call('HDEL', KEYS[1], member)
else
  redis.call('HSET', KEYS[1], member, new)
end
return 1
