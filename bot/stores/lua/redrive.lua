-- with: lines
-- Puts dead letters on their way again, a bounded number.
--
-- KEYS: dead. ARGV: the platform's key prefix, tag, platform, the letters' fields.
local prefix, DAY_MS = ARGV[1], 86400000

local function send_again(job, member)
  if job.over then
    -- Whoever sends it again wants it, however old it is.
    redis.call('HSET', job.key, 'end_at', string.format('%.0f', now + DAY_MS))
  end
  local line = line_of(prefix, member) or new_line()
  add_to_line(line, job.id)
  keep_line(prefix, member, line)
  if not redis.call('ZSCORE', prefix .. 'due', member) and not is_suspended(prefix, member) then
    redis.call('ZADD', prefix .. 'due', not_before(prefix, member, now), member)
  end
end

for i = 4, #ARGV do
  local cut = string.find(ARGV[i], '|', 1, true)
  local job = job_of(prefix, string.sub(ARGV[i], 1, cut - 1))
  -- A repeat finds no letters any more.
  if redis.call('HDEL', KEYS[1], ARGV[i]) == 1 and job then
    send_again(job, string.sub(ARGV[i], cut + 1))
  end
end
wake(ARGV[2], ARGV[3])
return 1
