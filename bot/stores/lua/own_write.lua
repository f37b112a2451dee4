-- with: lines
-- Writes own rules, where the index finds them, and the jobs of what they say.
--
-- KEYS: poller's lease, seq, uses, seen. ARGV: leader ('' where the chat itself asks), now ms (the
-- poller's clock), ms for which what a rule says is news, is told at all, and its job is known,
-- 'each' or 'all' (nothing unless every rule is as expected), the tag all keys begin with, number
-- of changes; a change: platform, member, number, expected text ('' for none), new text ('' to
-- forget it), most rules of the chat or -1, job id ('' for none), body; then three lists, each after
-- its length: places to leave (key, entry), places to take (key, entry, score), uses (reading, how
-- many more).
-- Returns 'not leader', or for each change 'done', 'repeated', 'moved' or 'full'.
-- A chat's keys and the index's are found on the way; they share the tag, hence the slot.

local LEASE, SEQ, USES, SEEN = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local leader, made, news_ms, told_ms, known_ms, mode, tag = unpack(ARGV, 1, 7)
if leader ~= '' and redis.call('GET', LEASE) ~= leader then
  return 'not leader'
end

local at = 9
local function next_argument()
  at = at + 1
  return ARGV[at - 1]
end

local function next_list(width)
  local list = {}
  for i = 1, width * tonumber(next_argument()) do
    list[i] = next_argument()
  end
  return list
end

local function next_change()
  local change = {platform = next_argument(), member = next_argument(), number = next_argument(),
    expected = next_argument(), text = next_argument(), most = tonumber(next_argument()),
    job = next_argument(), body = next_argument()}
  change.leave, change.enter, change.uses = next_list(2), next_list(3), next_list(2)
  change.prefix = tag .. ':' .. change.platform .. ':'
  change.rules = change.prefix .. 'own:chat:' .. change.member
  return change
end

local function judge(change)
  local stored = redis.call('HGET', change.rules, change.number) or ''
  if stored ~= change.expected then
    return stored == change.text and 'repeated' or 'moved'
  end
  if change.most >= 0 and stored == '' and redis.call('HLEN', change.rules) >= change.most then
    return 'full'
  end
  return 'done'
end

-- A chat that cannot be reached hears later what it missed of its own, the newest of it.
local MOST_OWN_MISSED = 50

local function forget_oldest(prefix, line)
  local own = {}
  for place, id in ipairs(line.jobs) do
    local job = job_of(prefix, id)
    if job and not job.topic then
      own[#own + 1] = place
    end
  end
  for i = #own - MOST_OWN_MISSED, 1, -1 do
    table.remove(line.jobs, own[i])
  end
end

local function enqueue(change)
  local prefix = change.prefix
  local job = prefix .. 'job:' .. change.job
  if redis.call('EXISTS', job) == 1 then
    return
  end
  local seq = redis.call('INCR', SEQ)
  redis.call('HSET', job, 'to', change.member, 'body', change.body, 'upto', seq,
    'created', made, 'ttl_at', now + news_ms, 'end_at', now + told_ms)
  redis.call('PEXPIRE', job, known_ms)
  local line = line_of(prefix, change.member) or new_line()
  add_to_line(line, {change.job})
  if is_suspended(prefix, change.member) then
    forget_oldest(prefix, line)
  end
  -- A number so small is always due, and before all that waits for a time: its own lane.
  keep_due(prefix, change.member, line, seq)
end

local function apply(change)
  if change.text == '' then
    redis.call('HDEL', change.rules, change.number)
  else
    redis.call('HSET', change.rules, change.number, change.text)
  end
  for i = 1, #change.leave, 2 do
    redis.call('ZREM', change.prefix .. change.leave[i], change.leave[i + 1])
  end
  for i = 1, #change.enter, 3 do
    redis.call('ZADD', change.prefix .. change.enter[i], change.enter[i + 2], change.enter[i + 1])
  end
  for i = 1, #change.uses, 2 do
    if redis.call('HINCRBY', USES, change.uses[i], change.uses[i + 1]) <= 0 then
      redis.call('HDEL', USES, change.uses[i])
      redis.call('HDEL', SEEN, change.uses[i])
    end
  end
  if change.job ~= '' then
    enqueue(change)
  end
end

local changes, outcomes, all_as_expected = {}, {}, true
for i = 1, tonumber(ARGV[8]) do
  changes[i] = next_change()
end
if mode == 'all' then
  for i, change in ipairs(changes) do
    outcomes[i] = judge(change)
    all_as_expected = all_as_expected and outcomes[i] == 'done'
  end
  if not all_as_expected then
    return outcomes
  end
end
for i, change in ipairs(changes) do
  outcomes[i] = mode == 'all' and 'done' or judge(change)
  if outcomes[i] == 'done' then
    apply(change)
  end
end
return outcomes
