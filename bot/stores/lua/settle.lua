-- with: lines
-- Says what became of parcels.
--
-- KEYS: ready (for the slot), seq. ARGV: the platform's key prefix, tag, platform, ms for which a
-- dead letter's job is kept, most dead letters; and as JSON a list of each parcel's member, lease,
-- outcome (sent, later, alone, dead, suspended), ms for which the chat is left alone, attempts,
-- unsure, reason.
-- Returns how many counted: a parcel that was handed out again since, or settled before, does not.

local SEQ = KEYS[2]
local prefix, tag, platform, dead_ms, most_dead = unpack(ARGV, 1, 5)
local counts, some_due = {}, false

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
  line.out, line.attempts, line.unsure = 0, 0, 0
end

local function give_up(member, line, reason)
  for i = 1, line.out do
    local id = line.jobs[i]
    if redis.call('HLEN', prefix .. 'dead') < tonumber(most_dead) then
      redis.call('HSET', prefix .. 'dead', id .. '|' .. member,
        cjson.encode({reason = reason, at = now}))
      redis.call('PEXPIRE', prefix .. 'job:' .. id, dead_ms)
    end
  end
end

-- All that was fired by now stands in the line of a suspended chat; what is fired later has a
-- higher number than `since`.
local function suspend(member, line, reason)
  gather(line, member, ready_jobs(prefix))
  local since = tonumber(redis.call('GET', SEQ) or 0)
  redis.call('HSET', prefix .. 'suspended', member,
    cjson.encode({reason = reason, since = since, at = now}))
  line.out, line.alone, line.attempts, line.unsure = 0, 0, 0, 0
end

local function settle(member, line, outcome, wait, attempts, unsure, reason)
  line.lease = nil
  if outcome == 'later' then
    line.attempts, line.unsure = attempts, unsure
  elseif outcome == 'alone' then
    line.alone, line.out = line.out, 0
  elseif outcome == 'suspended' then
    suspend(member, line, reason)
    redis.call('ZREM', prefix .. 'due', member)
    keep_line(prefix, member, line)
    return
  else
    if outcome == 'dead' then
      give_up(member, line, reason)
    end
    end_out(line, outcome)
    if wait > 0 then
      redis.call('ZADD', prefix .. 'rest', now + wait, member)
    end
  end
  redis.call('ZADD', prefix .. 'due', now + wait, member)
  keep_line(prefix, member, line)
  some_due = some_due or (wait == 0 and #line.jobs > 0)
end

local settled = 0
for _, each in ipairs(cjson.decode(ARGV[6])) do
  local member, lease, outcome, wait, attempts, unsure, reason = unpack(each)
  local line = line_of(prefix, member)
  if line and line.lease == lease then
    settle(member, line, outcome, wait, attempts, unsure, reason)
    settled = settled + 1
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
