-- with: lines
-- How much is on its way on a platform, and how long what is due has waited. Changes nothing.
--
-- KEYS: ready, line, due, lead. ARGV: the platform's key prefix, ms for which dead letters are kept, ms
-- for which a job is known: by what is left of them it is seen how old one is, on this server's clock.
-- Returns {jobs with recipients left, chats with a line, of them due now, chats for which letters are
-- held, suspended chats, dead letters, ms for which the first that is due has waited, most recipients
-- of one of the jobs, 1 if a process listens}.
local prefix, dead_ms, known_ms = ARGV[1], ARGV[2], ARGV[3]
-- A score in `due` below this is a number in the queue and no time.
local FIRST_TIME = 1e12
local LANES, LANE_SIZE, MOST_JOBS = 2, 1e13, 32
local waited, audience = 0, 0

local function wait_since(at)
  waited = math.max(waited, at and now - tonumber(at) or 0)
end

local function wait_like(id)
  local left = redis.call('PTTL', prefix .. 'job:' .. id)
  waited = math.max(waited, left > 0 and known_ms - left or 0)
end

-- The audience is that of all walks that could have kept others waiting; each costs one look.
for lane = 1, LANES do
  local lowest, above = lane * LANE_SIZE, '(' .. (lane + 1) * LANE_SIZE
  local found = redis.call('ZRANGEBYSCORE', KEYS[1], lowest, above, 'LIMIT', 0, MOST_JOBS)
  for i, id in ipairs(found) do
    if i == 1 then
      wait_like(id)
    end
    local f = redis.call('HMGET', prefix .. 'job:' .. id, 'topic', 'upto')
    if f[1] and f[2] then
      local count = redis.call('ZCOUNT', prefix .. 'sub:' .. f[1], '-inf', f[2])
      audience = math.max(audience, count)
    end
  end
end

-- What was retried or let go waits since it came due, and not since it was fired.
local first = redis.call('ZRANGEBYSCORE', KEYS[3], FIRST_TIME, now, 'WITHSCORES', 'LIMIT', 0, 1)
wait_since(first[2])
local urgent = redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', '(' .. FIRST_TIME, 'WITHSCORES',
  'LIMIT', 0, 1)
local line = urgent[1] and line_of(prefix, urgent[1])
for _, id in ipairs(line and line.jobs or {}) do
  -- What is told for another chat is known as long as there, and says nothing of its own wait.
  local is_relayed = string.sub(id, 1, 6) == 'relay:'
  local upto = redis.call('HGET', prefix .. 'job:' .. id, 'upto')
  if upto and tonumber(upto) == tonumber(urgent[2]) and not is_relayed then
    wait_like(id)
  end
end

return {redis.call('ZCARD', KEYS[1]), redis.call('HLEN', KEYS[2]),
  redis.call('ZCOUNT', KEYS[3], '-inf', now), redis.call('HLEN', prefix .. 'held'),
  redis.call('HLEN', prefix .. 'suspended'),
  redis.call('ZCOUNT', prefix .. 'dead:at', now - dead_ms, '+inf'),
  waited, audience, redis.call('EXISTS', KEYS[4])}
