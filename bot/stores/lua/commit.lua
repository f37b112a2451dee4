-- with: lines
-- Writes alerts with their jobs, and rule states, or nothing.
--
-- KEYS: lease, state, seq, alert order, alert. ARGV: leader, now ms (the poller's clock), ms for
-- which an alert is news, ms for which it is told at all, ms for which a job is known, alerts kept,
-- of each topic those a suspended chat may hear later, whether the states are written ('1') or only
-- looked at, tag, number of platforms, of states and of alerts; the platforms; a state: key, expected
-- text ('' for none), new text; an alert: id, topic, lane, body ('' to record it and tell nobody),
-- record.
-- Returns 'done', 'repeated' (all states already are the new ones), 'not leader', or 'moved'.
-- Jobs' and subscribers' keys are found on the way; they share the tag, hence the slot.

local SEQ, ORDER, ALERT = KEYS[3], KEYS[4], KEYS[5]
local leader, made, news_ms, told_ms, known_ms, kept, told, writes, tag = unpack(ARGV, 1, 9)
local platforms, states, alerts = tonumber(ARGV[10]), tonumber(ARGV[11]), tonumber(ARGV[12])
local FIRST_PLATFORM = 13
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

for i = FIRST_STATE, writes == '1' and FIRST_ALERT - 1 or 0, 3 do
  redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 2])
end

local decks = {}

local function carrier(id, key, cur, upto, topic, riders)
  return {id = id, key = key, upto = upto, topic = topic, at_start = cur == '0', riders = riders,
    line = table.concat({cur, upto, topic, id}, ' '), new = {}}
end

-- Returns the walks of a lane that are on their way: those that go first, and the newest's id.
local function deck_of(prefix, lane)
  local name = prefix .. lane
  if not decks[name] then
    local lowest, above = lane * LANE_SIZE, '(' .. (lane + 1) * LANE_SIZE
    local ready = redis.call('ZRANGEBYSCORE', prefix .. 'ready', lowest, above,
      'LIMIT', 0, MOST_CARRIERS)
    local newest = redis.call('ZREVRANGEBYSCORE', prefix .. 'ready', above, lowest, 'LIMIT', 0, 1)
    local deck = {places = #ready, newest = newest[1]}
    for _, id in ipairs(ready) do
      local key = prefix .. 'job:' .. id
      local f = redis.call('HMGET', key, 'cur', 'upto', 'topic', 'riders')
      if f[1] then
        deck[#deck + 1] = carrier(id, key, f[1], f[2], f[3], f[4])
      end
    end
    decks[name] = deck
  end
  return decks[name]
end

-- Lets a new job ride on the walks that are on their way. Returns its carriers, and from where on
-- its own walk is needed: the first walk of the same topic may bring it to all who were there.
--
-- A walk that was too far back to carry one job carries none after it, which would overtake it.
local function board(deck, id, topic)
  local lines, first = {}, 0
  for _, each in ipairs(deck) do
    if each.riders or #each.new > 0 or each.id == deck.newest then
      lines[#lines + 1] = each.line
      each.new[#each.new + 1] = id
      if each.topic == topic and each.at_start then
        first = math.max(first, tonumber(each.upto))
      end
    end
  end
  return table.concat(lines, '\n'), string.format('%.0f', first)
end

local function join_deck(deck, id, key, cur, upto, topic)
  deck.newest = id
  if deck.places < MOST_CARRIERS then
    deck.places = deck.places + 1
    deck[#deck + 1] = carrier(id, key, cur, upto, topic, nil)
  end
end

-- Riders are many where much is on its way, and so are written once a call.
local function write_riders()
  for _, deck in pairs(decks) do
    for _, each in ipairs(deck) do
      if #each.new > 0 then
        local riders = (each.riders or '') .. ' ' .. table.concat(each.new, ' ')
        redis.call('HSET', each.key, 'riders', riders)
      end
    end
  end
end

-- What a chat that comes back is looked up in.
local function note_told(prefix, seq, id, topic)
  local key = prefix .. 'told:' .. topic
  redis.call('ZADD', key, seq, id)
  redis.call('ZREMRANGEBYRANK', key, 0, -told - 1)
  redis.call('PEXPIRE', key, known_ms)
end

local function enqueue(platform, seq, id, topic, lane, body)
  local prefix = tag .. ':' .. platform .. ':'
  local job = prefix .. 'job:' .. id
  if redis.call('EXISTS', prefix .. 'sub:' .. topic) == 0 or redis.call('EXISTS', job) == 1 then
    return
  end
  local deck = deck_of(prefix, lane)
  local carriers, first = board(deck, id, topic)
  redis.call('HSET', job, 'topic', topic, 'body', body, 'cur', first, 'upto', seq,
    'created', made, 'ttl_at', now + news_ms, 'end_at', now + told_ms, 'carriers', carriers)
  redis.call('PEXPIRE', job, known_ms)
  redis.call('ZADD', prefix .. 'ready', lane * LANE_SIZE + seq, id)
  join_deck(deck, id, job, first, string.format('%.0f', seq), topic)
  note_told(prefix, seq, id, topic)
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

write_riders()
local excess = redis.call('ZCARD', ORDER) - kept
if excess > 0 then
  local oldest = redis.call('ZPOPMIN', ORDER, excess)
  for i = 1, #oldest, 2 do
    redis.call('HDEL', ALERT, oldest[i])
  end
end
return 'done'
