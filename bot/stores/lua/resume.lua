-- with: missed
-- Lifts a suspension, and puts all that the chat missed on its way.
--
-- KEYS: suspended. ARGV: the platform's key prefix, member, tag, platform.
-- Returns {reason, how many are on their way}, or nil where there was no suspension.
local prefix, member = ARGV[1], ARGV[2]
local text = redis.call('HGET', KEYS[1], member)
if not text then
  return nil
end
local reason, since = read_suspension(text)
local line = line_of(prefix, member) or new_line()
end_lease(line)
line.out = 0
add_to_line(line, missed_jobs(prefix, member, since))
gather(prefix, member, line, ready_jobs(prefix))
redis.call('HDEL', KEYS[1], member)
redis.call('ZREM', prefix .. 'due', member)
keep_due(prefix, member, line, now)
if #line.jobs > 0 then
  wake(ARGV[3], ARGV[4])
end
return {reason, #line.jobs}
