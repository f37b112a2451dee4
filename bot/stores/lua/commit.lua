-- with: lines
-- Writes rule states and the jobs of their alerts, or nothing.
--
-- KEYS: lease, state, seq, alert order, alert. ARGV: leader, now ms (the poller's clock), ms for
-- which an alert is news, ms for which it is told at all, ms for which a job is known, alerts kept,
-- tag, number of platforms, of states and of alerts; the platforms; a state: key, expected text (''
-- for none), new text; an alert: id, topic, lane, body ('' to record it and tell nobody), record.
-- Returns 'done', 'repeated' (all states already are the new ones), 'not leader', or 'moved'.
-- Jobs' and subscribers' keys are found on the way; they share the tag, hence the slot.

local SEQ, ORDER, ALERT = KEYS[3], KEYS[4], KEYS[5]
local leader, made, news_ms, told_ms, known_ms = unpack(ARGV, 1, 5)
local kept, tag = ARGV[6], ARGV[7]
local platforms, states, alerts = tonumber(ARGV[8]), tonumber(ARGV[9]), tonumber(ARGV[10])
local FIRST_PLATFORM = 11
local FIRST_STATE = FIRST_PLATFORM + platforms
local FIRST_ALERT = FIRST_STATE + 3 * states
local LANE_SIZE, MOST_CARRIERS = 1e13, 32

if redis.call('GET', KEYS[1]) ~= leader then
  return 'not leader'
end

local expected, repeated = true, states > 0
for i = FIRST_STATE, FIRST_ALERT - 1, 3 do
  local stored = redis.call('HGET', KEYS[2], ARGV[i]) or ''
  expected = expected and stored == ARGV[i + 1]
  repeated = repeated and stored == ARGV[i + 2]
end
if not expected then
  return repeated and 'repeated' or 'moved'
end

for i = FIRST_STATE, FIRST_ALERT - 1, 3 do
  redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 2])
end

-- Lets a new job ride on the walks that are on their way. Returns its carriers, and from where on
-- its own walk is needed: the first walk of the same topic may bring it to all who were there.
--
-- A walk that was too far back to carry one job carries none after it, which would overtake it.
local function board(prefix, id, topic, lane)
  local carriers, first = {}, 0
  local lowest, above = lane * LANE_SIZE, '(' .. (lane + 1) * LANE_SIZE
  local ready = redis.call('ZRANGEBYSCORE', prefix .. 'ready', lowest, above,
    'LIMIT', 0, MOST_CARRIERS)
  local newest = redis.call('ZREVRANGEBYSCORE', prefix .. 'ready', above, lowest, 'LIMIT', 0, 1)[1]
  for _, carrier in ipairs(ready) do
    local key = prefix .. 'job:' .. carrier
    local f = redis.call('HMGET', key, 'cur', 'upto', 'topic', 'riders')
    if f[1] and (f[4] or carrier == newest) then
      carriers[#carriers + 1] = table.concat({f[1], f[2], f[3], carrier}, ' ')
      redis.call('HSET', key, 'riders', (f[4] or '') .. ' ' .. id)
      if f[3] == topic and f[1] == '0' then
        first = math.max(first, tonumber(f[2]))
      end
    end
  end
  return table.concat(carriers, '\n'), string.format('%.0f', first)
end

local function enqueue(platform, seq, id, topic, lane, body)
  local prefix = tag .. ':' .. platform .. ':'
  local job = prefix .. 'job:' .. id
  if redis.call('EXISTS', prefix .. 'sub:' .. topic) == 0 or redis.call('EXISTS', job) == 1 then
    return
  end
  local carriers, first = board(prefix, id, topic, lane)
  redis.call('HSET', job, 'topic', topic, 'body', body, 'cur', first, 'upto', seq,
    'created', made, 'ttl_at', now + news_ms, 'end_at', now + told_ms, 'carriers', carriers)
  redis.call('PEXPIRE', job, known_ms)
  redis.call('ZADD', prefix .. 'ready', lane * LANE_SIZE + seq, id)
  wake(tag, platform)
end

for alert = 1, alerts do
  local id, topic, lane, body, record = unpack(ARGV, FIRST_ALERT + 5 * (alert - 1),
    FIRST_ALERT + 5 * alert - 1)
  if not redis.call('ZSCORE', ORDER, id) then
    -- One counter orders joins and jobs: whoever joined before the job has a smaller number.
    local seq = redis.call('INCR', SEQ)
    redis.call('ZADD', ORDER, seq, id)
    redis.call('HSET', ALERT, id, record)
    for i = FIRST_PLATFORM, FIRST_STATE - 1 do
      if body ~= '' then
        enqueue(ARGV[i], seq, id, topic, tonumber(lane), body)
      end
    end
  end
end

local excess = redis.call('ZCARD', ORDER) - kept
if excess > 0 then
  local oldest = redis.call('ZPOPMIN', ORDER, excess)
  for i = 1, #oldest, 2 do
    redis.call('HDEL', ALERT, oldest[i])
  end
end
return 'done'
