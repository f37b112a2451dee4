-- with: holds
-- What is held back from one chat; what would not be told any more is forgotten.
--
-- KEYS: ready (for the slot). ARGV: the platform's key prefix, member.
-- Returns now in ms, and {job, its topic or ''} for each letter.
local prefix, member = ARGV[1], ARGV[2]
local held, kept, letters = held_of(prefix, member), {}, {}
for _, each in ipairs(held) do
  local job = job_of(prefix, each[1])
  if job and not job.over and hears(job, member) then
    kept[#kept + 1] = each
    letters[#letters + 1] = {job.id, job.topic or ''}
  elseif job and job.over then
    redis.call('HINCRBY', job.key, 'expired', 1)
  end
end
if #kept < #held then
  keep_held(prefix, member, kept)
end
return {now, letters}
