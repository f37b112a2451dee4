-- with: lines
-- Gives a chat its new id everywhere; a chat already known by it keeps the earlier place in line.
--
-- KEYS: ready (for the slot), suspended, old chat, new chat. ARGV: the platform's key prefix, old
-- member, new member. Subscribers' keys are found on the way; they share the tag, hence the slot.
local prefix, old, new = ARGV[1], ARGV[2], ARGV[3]

local heard, awaited = {}, {}
for _, job in ipairs(ready_jobs(prefix)) do
  local had, waits = false, false
  for _, member in ipairs({old, new}) do
    if hears(job, member) then
      waits = awaits(job, member) or waits
      had = had or not awaits(job, member)
    end
  end
  if had then
    heard[#heard + 1] = job
  elseif waits then
    awaited[#awaited + 1] = job
  end
end

for _, topic in ipairs(redis.call('SMEMBERS', KEYS[3])) do
  local subscribers = prefix .. 'sub:' .. topic
  local seq = redis.call('ZSCORE', subscribers, old)
  if seq then
    local known = redis.call('ZSCORE', subscribers, new)
    if not known or tonumber(seq) < tonumber(known) then
      redis.call('ZADD', subscribers, seq, new)
    end
    redis.call('ZREM', subscribers, old)
  end
  redis.call('SADD', KEYS[4], topic)
end
redis.call('DEL', KEYS[3])
local suspension = redis.call('HGET', KEYS[2], old)
if suspension then
  -- What it missed under its old id it hears when it speaks under the new one.
  redis.call('HSETNX', KEYS[2], new, suspension)
  redis.call('HDEL', KEYS[2], old)
end

forget_joins()
for _, job in ipairs(heard) do
  if awaits(job, new) then
    mark_ahead(job, new)
  end
end

local waiting, line = line_of(prefix, old) or new_line(), line_of(prefix, new) or new_line()
for _, id in ipairs(waiting.jobs) do
  add_to_line(line, id)
end
for _, job in ipairs(awaited) do
  -- A walk may have come by the new place in line already, and found somebody else there.
  if not awaits(job, new) then
    add_to_line(line, job.id)
  end
end
waiting.jobs = {}
keep_line(prefix, old, waiting)
keep_line(prefix, new, line)
if #line.jobs > 0 and not redis.call('ZSCORE', prefix .. 'due', new)
  and not is_suspended(prefix, new) then
  redis.call('ZADD', prefix .. 'due', now, new)
end
return 1
