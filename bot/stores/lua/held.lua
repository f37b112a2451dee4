-- with: holds
-- What is held back from one chat and would still be told. Changes nothing.
--
-- KEYS: ready (for the slot). ARGV: the platform's key prefix, member.
-- Returns now in ms, and {job, its topic or ''} for each letter.
local prefix, member = ARGV[1], ARGV[2]
local letters = {}
for _, each in ipairs(held_of(prefix, member)) do
  local job = job_of(prefix, each[1])
  if job and not job.over and hears(job, member) then
    letters[#letters + 1] = {job.id, job.topic or ''}
  end
end
return {now, letters}
