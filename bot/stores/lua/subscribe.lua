-- Adds topics to a chat. KEYS: seq, chat, one subscriber set a topic.
-- ARGV: member, the topics. Returns those that are new.
local member = ARGV[1]
local new = {}
for i = 3, #KEYS do
  if not redis.call('ZSCORE', KEYS[i], member) then
    redis.call('ZADD', KEYS[i], redis.call('INCR', KEYS[1]), member)
    new[#new + 1] = ARGV[i - 1]
  end
  redis.call('SADD', KEYS[2], ARGV[i - 1])
end
return new
