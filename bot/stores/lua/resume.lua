-- with: lines
-- Lifts a suspension, and puts all that the chat missed on its way.
--
-- KEYS: suspended, alert order. ARGV: the platform's key prefix, member, tag, platform.
-- Returns {reason, how many were missed}, or nil where there was no suspension.
local prefix, member = ARGV[1], ARGV[2]
local text = redis.call('HGET', KEYS[1], member)
if not text then
  return nil
end
local known, record = pcall(cjson.decode, text)
if not known or type(record) ~= 'table' then
  record = {reason = text, since = '+inf'}
end
local line = line_of(prefix, member) or new_line()
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '(' .. record.since, '+inf')) do
  local job = job_of(prefix, id)
  if job and not job.over and hears(job, member) then
    add_to_line(line, id)
  end
end
gather(line, member, ready_jobs(prefix))
redis.call('HDEL', KEYS[1], member)
line.lease, line.out = nil, 0
keep_line(prefix, member, line)
if #line.jobs > 0 then
  redis.call('ZADD', prefix .. 'due', not_before(prefix, member, now), member)
  wake(ARGV[3], ARGV[4])
end
return {record.reason, #line.jobs}
