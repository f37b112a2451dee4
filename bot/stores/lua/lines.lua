-- What waits for each chat, and which jobs still come to it. Put before the scripts that need it.
--
-- A job walks along the subscribers of its topic in the order in which they joined (`cur` is how far
-- it came). A later job of the same lane rides along: where the walk of an earlier one, its carrier,
-- comes to a chat, the chat gets both at once, and the rider's own walk passes it over. So a chat
-- hears everything that waits for it in one message, in order, and no list of who got what is kept.
--
-- A chat's line is what it is to hear: {jobs, oldest first; out, how many of them were handed out
-- together; lease, under which; attempts and unsure of the last tries; alone, how many go singly}.

local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)

local MOST_TOGETHER = 20
-- So many jobs of one platform are looked through where a chat leaves, moves, goes or comes back.
local MOST_READY = 1000

-- A script looks at one platform's jobs alone.
local loaded = {}

local function carriers_of(text)
  local carriers = {}
  for lo, upto, topic, id in string.gmatch(text or '', '(%d+) (%d+) (%S+) (%S+)') do
    carriers[#carriers + 1] = {lo = tonumber(lo), upto = tonumber(upto), topic = topic, id = id}
  end
  return carriers
end

-- Returns the job, or false where it is known no more.
local function job_of(prefix, id)
  if loaded[id] == nil then
    local key = prefix .. 'job:' .. id
    local f = redis.call('HMGET', key,
      'body', 'topic', 'cur', 'upto', 'created', 'ttl_at', 'end_at', 'riders', 'carriers', 'aheads')
    loaded[id] = f[1] and {
      id = id, key = key, prefix = prefix, body = f[1], topic = f[2],
      cur = tonumber(f[3] or 0), upto = tonumber(f[4] or 0), created = f[5],
      outdated = tonumber(f[6]) <= now, over = tonumber(f[7] or f[6]) <= now,
      riders = f[8] or '', carriers = carriers_of(f[9]), aheads = f[10],
    }
  end
  return loaded[id]
end

local joins = {}

-- Returns the member's place among a topic's subscribers, or false.
local function joined(prefix, topic, member)
  local places = joins[topic]
  if not places then
    places = {}
    joins[topic] = places
  end
  if places[member] == nil then
    local seq = redis.call('ZSCORE', prefix .. 'sub:' .. topic, member)
    places[member] = seq and tonumber(seq)
  end
  return places[member]
end

-- For scripts that change who hears what.
local function forget_joins()
  joins = {}
end

-- What a chat asked for itself needs no subscription.
local function hears(job, member)
  if not job.topic then
    return true
  end
  local seq = joined(job.prefix, job.topic, member)
  return seq and seq <= job.upto
end

local function passed(prefix, carrier)
  local job = job_of(prefix, carrier.id)
  return job and job.cur or carrier.upto
end

-- Whether a walk will still bring the job to the member, because none has done so yet.
local function awaits(job, member)
  local seq = job.topic and joined(job.prefix, job.topic, member)
  if not seq or seq > job.upto then
    return false
  end
  if job.aheads and redis.call('HEXISTS', job.key, 'ahead:' .. member) == 1 then
    return false
  end
  local coming = seq > job.cur
  for _, carrier in ipairs(job.carriers) do
    local at = joined(job.prefix, carrier.topic, member)
    if at and at > carrier.lo and at <= carrier.upto then
      if at <= passed(job.prefix, carrier) then
        return false
      end
      coming = true
    end
  end
  return coming
end

-- Notes that the member has the job already, though no walk came by.
local function mark_ahead(job, member)
  redis.call('HSET', job.key, 'ahead:' .. member, 1, 'aheads', 1)
  job.aheads = '1'
end

local function ready_jobs(prefix, most)
  local jobs = {prefix = prefix}
  for _, id in ipairs(redis.call('ZRANGE', prefix .. 'ready', 0, (most or MOST_READY) - 1)) do
    jobs[#jobs + 1] = job_of(prefix, id) or nil
  end
  return jobs
end

local function line_of(prefix, member)
  local text = redis.call('HGET', prefix .. 'line', member)
  return text and cjson.decode(text) or nil
end

local function new_line()
  return {jobs = {}, out = 0, attempts = 0, unsure = 0, alone = 0}
end

-- An empty line is forgotten, and its chat is due no more.
local function keep_line(prefix, member, line)
  if #line.jobs == 0 then
    redis.call('HDEL', prefix .. 'line', member)
    redis.call('ZREM', prefix .. 'due', member)
  else
    redis.call('HSET', prefix .. 'line', member, cjson.encode(line))
  end
end

local function add_to_line(line, id)
  for _, known in ipairs(line.jobs) do
    if known == id then
      return
    end
  end
  line.jobs[#line.jobs + 1] = id
end

local function leave_line(line, count)
  for _ = 1, count do
    table.remove(line.jobs, 1)
  end
end

-- Puts what waits for the member on the walks that are on their way into its line, in order.
local function gather(line, member, walks)
  local numbers = {}
  for _, job in ipairs(walks) do
    if awaits(job, member) then
      add_to_line(line, job.id)
      mark_ahead(job, member)
    end
  end
  for _, id in ipairs(line.jobs) do
    local job = job_of(walks.prefix, id)
    numbers[id] = job and job.upto or 0
  end
  table.sort(line.jobs, function(one, other) return numbers[one] < numbers[other] end)
end

local function is_suspended(prefix, member)
  return redis.call('HEXISTS', prefix .. 'suspended', member) == 1
end

-- A chat that was written to a moment ago is left alone for as long as its platform wants.
local function not_before(prefix, member, at)
  local rest = redis.call('ZSCORE', prefix .. 'rest', member)
  return rest and tonumber(rest) > now and tonumber(rest) or at
end

local function wake(tag, platform)
  local key = tag .. ':wake:' .. platform
  redis.call('LPUSH', key, 1)
  redis.call('LTRIM', key, 0, 0)
end
