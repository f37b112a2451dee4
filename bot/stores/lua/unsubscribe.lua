-- with: lines
-- Removes topics from a chat; what it has heard already does not come to it by another topic.
-- KEYS: chat, one subscriber set a topic. ARGV: the platform's key prefix, member, the topics.
-- Returns those that were there.
local prefix, member = ARGV[1], ARGV[2]
local gone, heard = {}, {}
for _, job in ipairs(ready_jobs(prefix)) do
  if hears(job, member) and not awaits(job, member) then
    heard[#heard + 1] = job
  end
end
for i = 2, #KEYS do
  if redis.call('ZREM', KEYS[i], member) == 1 then
    gone[#gone + 1] = ARGV[i + 1]
  end
  redis.call('SREM', KEYS[1], ARGV[i + 1])
end
forget_joins()
for _, job in ipairs(heard) do
  if awaits(job, member) then
    mark_ahead(job, member)
  end
end
return gone
