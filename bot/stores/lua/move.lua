-- with: links
-- Gives a chat its new id everywhere; a chat already known by it keeps the earlier place in line.
--
-- KEYS: ready (for the slot), suspended, old chat, new chat. ARGV: the platform's key prefix, old
-- member, new member, ms for which it is known where the chat went. Subscribers' keys are found on
-- the way; they share the tag, hence the slot.
local prefix, old, new, known_ms = unpack(ARGV)

local function note_move()
  redis.call('DEL', prefix .. 'moved:' .. old)
  if moved_to(prefix, new) == old then
    -- It has its earlier id again, so that nobody may be sent in a circle.
    redis.call('DEL', prefix .. 'moved:' .. new)
  end
  redis.call('SET', prefix .. 'moved:' .. old, new, 'PX', known_ms)
end

-- Returns the number after which the member missed what no walk brings it.
local function suspended_since(member)
  local text = redis.call('HGET', KEYS[2], member)
  if not text then
    return math.huge
  end
  local _, since = read_suspension(text)
  return since
end

-- Returns the jobs that a walk brought to one of the two, and those that one still brings.
local function sort_ready()
  local heard, awaited = {}, {}
  local since = {[old] = suspended_since(old), [new] = suspended_since(new)}
  for _, job in ipairs(ready_jobs(prefix)) do
    local had, waits = false, false
    for _, member in ipairs({old, new}) do
      if awaits(job, member) then
        waits = true
      elseif hears(job, member) and job.upto <= since[member] then
        had = true
      end
    end
    if had then
      heard[#heard + 1] = job
    elseif waits then
      awaited[#awaited + 1] = job
    end
  end
  return heard, awaited
end

-- A chat that has spoken under its new id is not suspended for what befell the old one. Returns what
-- it missed, apart from what the new id hears by itself.
local function lift_suspension()
  local text, missed = redis.call('HGET', KEYS[2], old), {}
  if not text then
    return missed
  end
  redis.call('HDEL', KEYS[2], old)
  if redis.call('EXISTS', KEYS[4]) == 0 and not line_of(prefix, new) then
    redis.call('HSETNX', KEYS[2], new, text)
    return missed
  end
  local _, since = read_suspension(text)
  for _, id in ipairs(missed_jobs(prefix, old, since)) do
    if not hears(job_of(prefix, id), new) then
      missed[#missed + 1] = id
    end
  end
  return missed
end

local function move_subscriptions()
  for _, topic in ipairs(redis.call('SMEMBERS', KEYS[3])) do
    local subscribers = prefix .. 'sub:' .. topic
    local seq = redis.call('ZSCORE', subscribers, old)
    if seq then
      local known = redis.call('ZSCORE', subscribers, new)
      if not known or tonumber(seq) < tonumber(known) then
        redis.call('ZADD', subscribers, seq, new)
      end
      redis.call('ZREM', subscribers, old)
    end
    redis.call('SADD', KEYS[4], topic)
  end
  redis.call('DEL', KEYS[3])
  forget_joins()
end

-- Returns the line whose letters are out, or else were tried together, as they stay so; the other one;
-- and until when a parcel of the old id is out, if the new id takes that over.
local function lines_in_order()
  local waiting, line = line_of(prefix, old) or new_line(), line_of(prefix, new) or new_line()
  if line.lease or (line.out > 0 and not waiting.lease) then
    return line, waiting, nil
  end
  if not waiting.lease then
    return waiting, line, nil
  end
  -- Whoever has the parcel says what became of it under the id that it was handed to.
  waiting.from = waiting.from or old
  return waiting, line, redis.call('ZSCORE', prefix .. 'due', old) or now
end

local function keep_lines(line, back)
  keep_line(prefix, old, new_line())
  if not back then
    keep_due(prefix, new, line, now)
    return
  end
  keep_line(prefix, new, line)
  redis.call('ZADD', prefix .. 'due', back, new)
  if not away(prefix, new) then
    note_away(prefix, new)
  end
end

-- A chat that has set something under its new id keeps that.
local function move_preferences()
  local preferences = redis.call('HGET', prefix .. 'preferences', old)
  if preferences then
    redis.call('HSETNX', prefix .. 'preferences', new, preferences)
    redis.call('HDEL', prefix .. 'preferences', old)
  end
end

-- The message that shows the board stays behind.
redis.call('HDEL', prefix .. 'boards', old)
-- What is held stays so; by what the chat has set now that is judged when its time comes.
local function move_held()
  local held, known = {}, {}
  local line = line_of(prefix, new) or new_line()
  for _, id in ipairs(line.jobs) do
    known[id] = true
  end
  for _, member in ipairs({new, old}) do
    for _, each in ipairs(held_of(prefix, member)) do
      if not known[each[1]] then
        known[each[1]] = true
        held[#held + 1] = each
      end
    end
  end
  keep_held(prefix, old, {})
  keep_held(prefix, new, held)
end

note_move()
local heard, awaited = sort_ready()
local missed = lift_suspension()
move_subscriptions()
for _, job in ipairs(heard) do
  if awaits(job, new) then
    mark_ahead(job, new)
  end
end

-- It goes with what the chat has set; where the new id has set something else, its time stays.
local function move_digest()
  local due = redis.call('ZSCORE', prefix .. 'digests', old)
  if due then
    redis.call('ZADD', prefix .. 'digests', 'NX', due, new)
    redis.call('ZREM', prefix .. 'digests', old)
  end
end

-- A link of the new id stays; a chat has one.
local function move_link()
  local other_prefix, other = unlink(prefix, old)
  if other and not link_of(prefix, new) then
    link(prefix, new, other_prefix, other)
  end
end

local line, other, back = lines_in_order()
add_to_line(line, other.jobs)
for _, job in ipairs(awaited) do
  -- A walk may have come by the new place in line already, and found somebody else there.
  if not awaits(job, new) then
    missed[#missed + 1] = job.id
  end
end
add_to_line(line, missed)
line.alone = math.max(line.alone, other.alone)
line.held = line.held or other.held
for id, why in pairs(other.held or {}) do
  line.held[id] = why
end
put_in_order(prefix, line)
keep_lines(line, back)
move_preferences()
move_digest()
move_link()
move_held()
if redis.call('SREM', prefix .. 'conditions', old) == 1 then
  redis.call('SADD', prefix .. 'conditions', new)
end
return 1
