-- Which jobs still come to a chat. Put before the scripts that need it.
--
-- A job walks along the subscribers of its topic in the order in which they joined (`cur` is how far
-- it came). A later job of the same lane rides along: where the walk of an earlier one, its carrier,
-- comes to a chat, the chat gets both at once, and the rider's own walk passes it over. So a chat
-- hears everything that waits for it in one message, in order, and no list of who got what is kept.

local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)

-- So many of one platform's jobs, those that go first, are looked through where a chat leaves, moves,
-- is suspended or comes back: what it is to hear of any further ones is left to their walks.
local MOST_READY = 1000
-- No call goes on for long: what is looked through is counted, the look at one carrier as one, and
-- scripts that can go on in another call stop after about so many, which take some 20 ms.
local MOST_LOOKS = 100000
local LOOKS_A_JOB, LOOKS_A_CHAT = 20, 12
local looks = 0

-- A script looks at one platform's jobs alone.
local loaded = {}

local read = {}

-- Jobs that were fired while no walk got on have the same carriers, which are read once.
local function carriers_of(text)
  if not read[text] then
    local carriers = {}
    for lo, upto, topic, id in string.gmatch(text, '(%d+) (%d+) (%S+) (%S+)') do
      carriers[#carriers + 1] = {lo = tonumber(lo), upto = tonumber(upto), topic = topic, id = id}
    end
    looks = looks + #carriers
    read[text] = carriers
  end
  return read[text]
end

-- Returns the job, or false where it is known no more.
local function job_of(prefix, id)
  if loaded[id] == nil then
    looks = looks + LOOKS_A_JOB
    local key = prefix .. 'job:' .. id
    local f = redis.call('HMGET', key,
      'body', 'topic', 'cur', 'upto', 'created', 'ttl_at', 'end_at', 'riders', 'carriers', 'aheads')
    loaded[id] = f[1] and {
      id = id, key = key, prefix = prefix, body = f[1], topic = f[2],
      cur = tonumber(f[3] or 0), upto = tonumber(f[4] or 0), created = f[5],
      outdated = tonumber(f[6]) <= now, over = tonumber(f[7] or f[6]) <= now,
      riders = f[8] or '', carriers = carriers_of(f[9] or ''), aheads = f[10],
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
  looks = looks + 1 + #job.carriers
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
  local jobs = {}
  for _, id in ipairs(redis.call('ZRANGE', prefix .. 'ready', 0, (most or MOST_READY) - 1)) do
    jobs[#jobs + 1] = job_of(prefix, id) or nil
  end
  return jobs
end

local function wake(tag, platform)
  local key = tag .. ':wake:' .. platform
  redis.call('LPUSH', key, 1)
  redis.call('LTRIM', key, 0, 0)
end
