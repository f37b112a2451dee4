-- with: dead
-- Says what became of parcels.
--
-- KEYS: ready (for the slot), seq. ARGV: the platform's key prefix, tag, platform, ms for which dead
-- letters and their jobs are kept, most dead letters; and as JSON a list of each parcel's member,
-- lease, outcome (sent, later, again, held, alone, dead, suspended), ms for which the chat is left
-- alone, attempts, unsure, reason; and where letters are held, {job, until when (ms), -1 to leave it
-- out, why} for each, and by what the chat had set that was decided, '' for nothing.
-- Returns how far it came; what it did not come to is to be told again. A parcel that was handed out
-- again since, or settled before, does not count.

local SEQ = KEYS[2]
local prefix, tag, platform, dead_ms, most_dead = unpack(ARGV, 1, 5)
local counts, some_due, walks = {}, false, nil

local function count(id, outcome)
  local field = id .. ' ' .. outcome
  counts[field] = (counts[field] or 0) + 1
end

local function end_out(line, outcome)
  for i = 1, line.out do
    count(line.jobs[i], outcome)
  end
  leave_line(line, line.out)
  line.alone = math.max(0, line.alone - line.out)
  line.out, line.attempts, line.unsure, line.failing = 0, 0, 0, nil
end

local function give_up(member, line, reason)
  for i = 1, line.out do
    local id = line.jobs[i]
    local letter = id .. '|' .. member
    redis.call('HSET', prefix .. 'dead', letter, cjson.encode({reason = reason, at = now}))
    redis.call('ZADD', prefix .. 'dead:at', now, letter)
    redis.call('PEXPIRE', prefix .. 'job:' .. id, dead_ms)
  end
  forget_dead(prefix, tonumber(dead_ms), tonumber(most_dead))
end

-- All that was fired by now stands in the line of a suspended chat; what is fired later has a
-- higher number than `since`.
local function suspend(member, line, reason)
  walks = walks or ready_jobs(prefix)
  line.out, line.alone, line.attempts, line.unsure, line.failing = 0, 0, 0, 0, nil
  gather(prefix, member, line, walks)
  local since = tonumber(redis.call('GET', SEQ) or 0)
  redis.call('HSET', prefix .. 'suspended', member,
    cjson.encode({reason = reason, since = since, at = now}))
  some_due = come_home(prefix, member, now) > 0 or some_due
  redis.call('ZREM', prefix .. 'due', member)
  keep_line(prefix, member, line)
end

-- What was decided by settings that were changed since is not done: the letters are handed out anew.
local function hold(member, line, holds, settings)
  if (redis.call('HGET', prefix .. 'preferences', member) or '') ~= settings then
    return
  end
  local held, by_job, jobs = held_of(prefix, member), {}, {}
  for _, each in ipairs(holds) do
    by_job[each[1]] = each
  end
  for place, id in ipairs(line.jobs) do
    local each = place <= line.out and by_job[id]
    if not each then
      jobs[#jobs + 1] = id
    elseif each[2] < 0 then
      count(id, 'skipped')
    else
      held[#held + 1] = each
    end
  end
  line.alone = math.max(0, line.alone - (#line.jobs - #jobs))
  line.jobs = jobs
  keep_held(prefix, member, held)
end

local function settle(member, line, outcome, wait, attempts, unsure, reason, holds, settings)
  end_lease(line)
  if outcome == 'suspended' then
    suspend(member, line, reason)
    return
  end
  -- A doubt about what one thread was sent says nothing of the chat's others.
  local rest = unsure > line.unsure and 0 or wait
  if outcome == 'later' then
    local worse = attempts > line.attempts or unsure > line.unsure
    line.failing = line.failing or (worse and now or nil)
    line.attempts, line.unsure = attempts, unsure
  elseif outcome == 'held' then
    hold(member, line, holds, settings)
    line.out, rest = 0, 0
  elseif outcome == 'again' then
    -- It is our own wish that nothing comes for a while, and not the platform's.
    line.out, rest = 0, 0
  elseif outcome == 'alone' then
    line.alone, line.out = line.out, 0
  else
    if outcome == 'dead' then
      give_up(member, line, reason)
    end
    end_out(line, outcome)
  end
  if rest > 0 then
    redis.call('ZADD', prefix .. 'rest', now + rest, chat_of(member))
  end
  local others = come_home(prefix, member, now + rest)
  redis.call('ZADD', prefix .. 'due', now + wait, member)
  keep_line(prefix, member, line)
  some_due = some_due or (rest == 0 and others > 0) or (wait == 0 and #line.jobs > 0)
end

local function settle_parcel(receiver, lease, outcome, ...)
  local line = line_of(prefix, receiver)
  if is_out(line, receiver, receiver, lease) then
    settle(receiver, line, outcome, ...)
    return
  end
  local member = moved_to(prefix, receiver)
  line = member ~= receiver and line_of(prefix, member)
  if is_out(line, member, receiver, lease) then
    -- That the old id takes nothing any more says nothing of the new one.
    settle(member, line, outcome == 'suspended' and 'later' or outcome, ...)
  end
end

local settled = 0
for _, each in ipairs(cjson.decode(ARGV[6])) do
  settle_parcel(unpack(each))
  settled = settled + 1
  if looks >= MOST_LOOKS then
    break
  end
end
for field, times in pairs(counts) do
  local id, outcome = string.match(field, '^(%S+) (%S+)$')
  local key = prefix .. 'job:' .. id
  if redis.call('EXISTS', key) == 1 then
    redis.call('HINCRBY', key, outcome, times)
  end
end
if some_due then
  wake(tag, platform)
end
return settled
