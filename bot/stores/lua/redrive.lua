-- with: dead
-- Puts dead letters on their way again, a bounded number.
--
-- KEYS: dead, dead:at. ARGV: the platform's key prefix, tag, platform, the letters' fields.
-- Returns how many are on their way, and how many were let go: their alert is forgotten, or their
-- chat hears it no more.
local prefix, DAY_MS = ARGV[1], 86400000
local sent, lost = 0, 0

-- Where a chat that moved hears the job now; under its old id it may have come back.
local function receiver_of(job, member)
  if job.topic and joined(prefix, job.topic, member) then
    return member
  end
  return moved_to(prefix, member)
end

local function send_again(job, member)
  if job.over then
    -- Whoever sends it again wants it, however old it is.
    redis.call('HSET', job.key, 'end_at', string.format('%.0f', now + DAY_MS))
  end
  redis.call('PEXPIRE', job.key, 2 * DAY_MS, 'GT')
  local line = line_of(prefix, member) or new_line()
  add_to_line(line, {job.id})
  put_in_order(prefix, line)
  keep_due(prefix, member, line, now)
end

for i = 4, #ARGV do
  local id, member = string.match(ARGV[i], '^([^|]*)|(.*)$')
  if take_out(prefix, ARGV[i]) then
    local job = job_of(prefix, id)
    local receiver = job and receiver_of(job, member)
    if job and hears(job, receiver) then
      send_again(job, receiver)
      sent = sent + 1
    else
      lost = lost + 1
    end
  end
end
wake(ARGV[2], ARGV[3])
return {sent, lost}
