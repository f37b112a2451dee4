-- Writes rule states and the jobs of their alerts, or nothing.
--
-- KEYS: lease, state, seq, alert order, alert; then a platform at a time: ready, wake, and for each
-- alert its subscribers and its job.
-- ARGV: leader, now ms (the poller's clock), job ttl ms, tombstone ms, alerts kept,
-- number of states, number of alerts;
-- a state: key, expected text ('' for none), new text; an alert: id, topic, body ('' to record it
-- and tell nobody), record.
-- Returns 'done', 'repeated' (all states already are the new ones), 'not leader', or 'moved'.

local leader, now, ttl, tombstone, kept = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local states, alerts = tonumber(ARGV[6]), tonumber(ARGV[7])
local FIRST_STATE, FIRST_ALERT = 8, 8 + 3 * states

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

local clock = redis.call('TIME')
local ttl_at = clock[1] * 1000 + math.floor(clock[2] / 1000) + ttl

local function enqueue(platform_keys, alert, seq, id, topic, body)
  local subscribers = KEYS[platform_keys + 2 * alert]
  local job = KEYS[platform_keys + 2 * alert + 1]
  if body == '' or redis.call('EXISTS', subscribers) == 0 or redis.call('EXISTS', job) == 1 then
    return
  end
  redis.call('HSET', job, 'topic', topic, 'body', body, 'cur', 0, 'upto', seq,
    'created', now, 'ttl_at', ttl_at)
  redis.call('PEXPIRE', job, tombstone)
  redis.call('ZADD', KEYS[platform_keys], seq, id)
  redis.call('LPUSH', KEYS[platform_keys + 1], 1)
  redis.call('LTRIM', KEYS[platform_keys + 1], 0, 0)
end

for alert = 1, alerts do
  local at = FIRST_ALERT + 4 * (alert - 1)
  local id = ARGV[at]
  if not redis.call('ZSCORE', KEYS[4], id) then
    -- One counter orders joins and jobs: whoever joined before the job has a smaller number.
    local seq = redis.call('INCR', KEYS[3])
    redis.call('ZADD', KEYS[4], seq, id)
    redis.call('HSET', KEYS[5], id, ARGV[at + 3])
    for platform_keys = 6, #KEYS, 2 + 2 * alerts do
      enqueue(platform_keys, alert, seq, id, ARGV[at + 1], ARGV[at + 2])
    end
  end
end

local excess = redis.call('ZCARD', KEYS[4]) - kept
if excess > 0 then
  local oldest = redis.call('ZPOPMIN', KEYS[4], excess)
  for i = 1, #oldest, 2 do
    redis.call('HDEL', KEYS[5], oldest[i])
  end
end
return 'done'
