-- with: holds
-- Leases what chats are to hear: first those that are due, then new recipients of the oldest jobs.
--
-- KEYS: ready, and what was taken last. ARGV: the platform's key prefix, limit, lease ms, request.
-- Returns {{member, attempts, unsure, lease, why which were held as JSON or '', job ids...}, ...}, of
-- each job {id, body, created ms, whether it is no longer news, topic or ''}, whether there is more to
-- look through at once, of each parcel's chat what it has set or nil, and now in ms.
-- A repeated request gets the same answer. Other keys are found on the way; they share the hash
-- tag, hence the slot, of those that are declared.

local prefix, limit, lease_ms, request = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
-- So many walks are gone on with in one call, and of so many are jobs taken along to who is due.
local MOST_JOBS, MOST_TAKEN_ALONG = math.max(64, limit), 32
-- From so many chats letters are let go in one call that were held until now.
local MOST_LET_GO = 100

local handed, bodies, told, members = {}, {}, {}, {}
local walks = nil

local function hand_out(member, line)
  local held = line.held and cjson.encode(line.held) or ''
  local parcel = {member, line.attempts, line.unsure, line.lease, held}
  for i = 1, line.out do
    local job = job_of(prefix, line.jobs[i])
    parcel[#parcel + 1] = job.id
    if not told[job.id] then
      told[job.id] = true
      bodies[#bodies + 1] = {job.id, job.body, job.created, job.outdated and 1 or 0, job.topic or ''}
    end
  end
  handed[#handed + 1] = parcel
  members[#members + 1] = member
end

local function lease(member, line, epoch)
  if line.out == 0 then
    line.out = line.alone > 0 and 1 or together(line)
  end
  line.lease, line.from = epoch, nil
  keep_line(prefix, member, line)
  redis.call('ZADD', prefix .. 'due', now + lease_ms, member)
  note_away(prefix, member)
  hand_out(member, line)
end

-- What is over, or heard no more, leaves the line; what was handed out together stays together.
local function clear_line(line, member)
  local kept, out = {}, 0
  for i, id in ipairs(line.jobs) do
    local job = job_of(prefix, id)
    if job and not job.over and hears(job, member) then
      kept[#kept + 1] = id
      out = out + (i <= line.out and 1 or 0)
    elseif job and job.over then
      redis.call('HINCRBY', job.key, 'expired', 1)
    end
  end
  line.jobs, line.out = kept, out
end

-- Whatever becomes of the member, it is due no more, or later.
local function hand_out_due(member, epoch)
  looks = looks + LOOKS_A_CHAT
  local line = line_of(prefix, member)
  if not line or is_suspended(prefix, member) then
    redis.call('ZREM', prefix .. 'due', member)
    return
  end
  local rest = rests_until(prefix, member)
  if rest then
    redis.call('ZADD', prefix .. 'due', rest, member)
    return
  end
  if line.lease then
    -- Whoever had it died, or lost its way to us.
    line.attempts = line.attempts + 1
  end
  clear_line(line, member)
  if line.out == 0 and #line.jobs > 0 then
    -- Whoever is written to hears all that waits for it.
    walks = walks or ready_jobs(prefix, MOST_TAKEN_ALONG)
    gather(prefix, member, line, walks)
  end
  if #line.jobs == 0 then
    keep_line(prefix, member, line)
  else
    lease(member, line, epoch)
  end
end

local function jobs_for(member, job, riders)
  local jobs = {}
  if awaits(job, member) then
    jobs[1] = job
  end
  for _, rider in ipairs(riders) do
    if awaits(rider, member) then
      jobs[#jobs + 1] = rider
    end
  end
  return jobs
end

local function visit(member, job, riders, epoch)
  local ids = {}
  looks = looks + LOOKS_A_CHAT
  for _, each in ipairs(is_suspended(prefix, member) and {} or jobs_for(member, job, riders)) do
    if each.over then
      redis.call('HINCRBY', each.key, 'expired', 1)
    else
      ids[#ids + 1] = each.id
    end
  end
  if #ids == 0 then
    return
  end
  local line = line_of(prefix, member) or new_line()
  add_to_line(line, ids)
  if redis.call('ZSCORE', prefix .. 'due', member) or rests_until(prefix, member) then
    keep_due(prefix, member, line, now)
  else
    lease(member, line, epoch)
  end
end

-- Earlier versions kept what a chat asked for itself among the jobs that walk.
local function put_in_line(job)
  local member = redis.call('HGET', job.key, 'to')
  local line = line_of(prefix, member) or new_line()
  add_to_line(line, {job.id})
  keep_due(prefix, member, line, now)
end

-- Returns true when the job has come to the end of its walk.
local function walk(job, epoch)
  if not job.topic then
    put_in_line(job)
    return true
  end
  local riders = {}
  for id in string.gmatch(job.riders, '%S+') do
    riders[#riders + 1] = job_of(prefix, id) or nil
  end
  local done, enough = false, false
  while not done and not enough do
    local room = math.min(limit - #handed, 100)
    local found = redis.call('ZRANGEBYSCORE', prefix .. 'sub:' .. job.topic,
      '(' .. job.cur, job.upto, 'WITHSCORES', 'LIMIT', 0, room)
    done = #found < 2 * room
    for i = 1, #found, 2 do
      visit(found[i], job, riders, epoch)
      job.cur = tonumber(found[i + 1])
      -- However much a visit costs, each call gets on.
      enough = #handed >= limit or looks >= MOST_LOOKS
      if enough then
        done = done and i == #found - 1
        break
      end
    end
  end
  if done then
    job.cur = job.upto
  end
  redis.call('HSET', job.key, 'cur', string.format('%.0f', job.cur))
  return done
end

-- A job may have been forgotten since; then its parcel comes when its lease ends, without it.
local function is_whole(line)
  for i = 1, line.out do
    if not job_of(prefix, line.jobs[i]) then
      return false
    end
  end
  return true
end

local function answer_again(epoch, names)
  for _, member in ipairs(names) do
    local line = line_of(prefix, member)
    if is_out(line, member, member, epoch) and is_whole(line) then
      hand_out(member, line)
    end
  end
end

local function answer(more)
  local settings = #members > 0 and redis.call('HMGET', prefix .. 'preferences', unpack(members)) or {}
  return {handed, bodies, more, settings, now}
end

local last = redis.call('GET', KEYS[2])
last = last and cjson.decode(last)
if last and last.request == request then
  answer_again(last.epoch, last.members)
  return answer(0)
end

redis.call('ZREMRANGEBYSCORE', prefix .. 'rest', '-inf', now)
local epoch = string.format('%.0f', redis.call('INCR', prefix .. 'epoch'))

local let_go = redis.call('ZRANGEBYSCORE', prefix .. 'hold', '-inf', now, 'LIMIT', 0, MOST_LET_GO)
for _, member in ipairs(let_go) do
  looks = looks + LOOKS_A_CHAT
  let_go_due(prefix, member)
end

local some_due = true
while some_due and #handed < limit and looks < MOST_LOOKS do
  local due = redis.call('ZRANGEBYSCORE', prefix .. 'due', '-inf', now, 'LIMIT', 0, limit - #handed)
  for _, member in ipairs(due) do
    if looks < MOST_LOOKS then
      hand_out_due(member, epoch)
    end
  end
  some_due = #due > 0
end

for _, id in ipairs(redis.call('ZRANGE', KEYS[1], 0, MOST_JOBS - 1)) do
  if #handed >= limit or looks >= MOST_LOOKS then
    break
  end
  local job = job_of(prefix, id)
  if not job or walk(job, epoch) then
    redis.call('ZREM', KEYS[1], id)
  end
end

if #members > 0 then
  local taken = cjson.encode({request = request, epoch = epoch, members = members})
  redis.call('SET', KEYS[2], taken, 'PX', lease_ms)
end
return answer((looks >= MOST_LOOKS or #let_go == MOST_LET_GO) and 1 or 0)
