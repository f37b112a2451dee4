-- Removes topics from a chat, and every trace of a chat that hears nothing any more.
-- KEYS: suspended, chat, one subscriber set a topic. ARGV: member, the topics.
-- Returns those that were there.
local member = ARGV[1]
local gone = {}
for i = 3, #KEYS do
  if redis.call('ZREM', KEYS[i], member) == 1 then
    gone[#gone + 1] = ARGV[i - 1]
  end
  redis.call('SREM', KEYS[2], ARGV[i - 1])
end
if redis.call('EXISTS', KEYS[2]) == 0 then
  redis.call('HDEL', KEYS[1], member)
end
return gone
