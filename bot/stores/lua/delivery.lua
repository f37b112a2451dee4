-- with: missed
-- What is on its way to one chat. Changes nothing.
--
-- KEYS: suspended, due. ARGV: the platform's key prefix, member.
-- Returns {now in ms, alerts that wait, how many of them were handed out together, whether under a
-- lease, tries that went wrong, score in `due` or '', end of the rest in ms or '', suspension or '',
-- alerts that are held back}.
local prefix, member = ARGV[1], ARGV[2]
local line = line_of(prefix, member) or new_line()
local waits, waiting = {}, 0

local function wait_for(job)
  if job and not job.over and not waits[job.id] and hears(job, member) then
    waits[job.id] = true
    waiting = waiting + 1
  end
end

for _, id in ipairs(line.jobs) do
  wait_for(job_of(prefix, id))
end
for _, job in ipairs(ready_jobs(prefix)) do
  if awaits(job, member) then
    wait_for(job)
  end
end
local suspended = redis.call('HGET', KEYS[1], member) or ''
if suspended ~= '' then
  local _, since = read_suspension(suspended)
  -- What fired since then comes to the chat when it resumes.
  for _, id in ipairs(missed_jobs(prefix, member, since)) do
    wait_for(job_of(prefix, id))
  end
end
local held = 0
for _, each in ipairs(held_of(prefix, member)) do
  local job = job_of(prefix, each[1])
  held = held + (job and not job.over and hears(job, member) and 1 or 0)
end
return {now, waiting, line.out, line.lease and 1 or 0, line.attempts + line.unsure,
  redis.call('ZSCORE', KEYS[2], member) or '', rests_until(prefix, member) or '', suspended, held}
