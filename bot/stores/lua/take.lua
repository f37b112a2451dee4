-- Leases parcels: first those that are due again, then new recipients of the oldest jobs.
--
-- KEYS: ready, fly, attempts, suspended. ARGV: the platform's key prefix, limit, lease ms.
-- Returns {{job, member, attempts}, ...} and {job, body, ...}.
-- The keys of jobs and of their subscribers are found on the way; they share the hash tag, hence
-- the slot, of those that are declared.

local READY, FLY, ATTEMPTS, SUSPENDED = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local prefix, limit, lease = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
-- A call stays short whatever it meets: so many jobs, so many recipients that get
-- nothing, so many names of one chat.
local MOST_JOBS, MOST_SKIPPED, MOST_MOVES = math.max(8, limit), 1000, 8

local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local handed, bodies, jobs = {}, {}, {}

local function job_of(id)
  if jobs[id] == nil then
    local f = redis.call('HMGET', prefix .. 'job:' .. id,
      'topic', 'body', 'cur', 'upto', 'ttl_at', 'to')
    jobs[id] = f[2] and {
      id = id, key = prefix .. 'job:' .. id, to = f[6],
      subscribers = f[1] and prefix .. 'sub:' .. f[1],
      body = f[2], cur = f[3], upto = f[4], expired = tonumber(f[5]) <= now,
    }
  end
  return jobs[id]
end

local function hand_out(job, member, attempts)
  handed[#handed + 1] = {job.id, member, attempts}
  if not job.told then
    job.told = true
    bodies[#bodies + 1] = job.id
    bodies[#bodies + 1] = job.body
  end
end

local function forget(parcel)
  redis.call('ZREM', FLY, parcel)
  redis.call('HDEL', ATTEMPTS, parcel)
end

-- What a chat asked for itself needs no subscription.
local function hears(job, member)
  if job.to then
    return redis.call('HEXISTS', SUSPENDED, member) == 0
  end
  local seq = redis.call('ZSCORE', job.subscribers, member)
  return seq and tonumber(seq) <= tonumber(job.upto)
    and redis.call('HEXISTS', SUSPENDED, member) == 0
end

local function present_name(member)
  for _ = 1, MOST_MOVES do
    local new = redis.call('GET', prefix .. 'moved:' .. member)
    if not new then
      break
    end
    member = new
  end
  return member
end

-- A chat that moved while this parcel was away hears it under its new name.
-- Returns false when it already has this job under that name.
local function rename(parcel, renamed)
  local attempts = redis.call('HGET', ATTEMPTS, parcel)
  forget(parcel)
  if redis.call('ZSCORE', FLY, renamed) then
    return false
  end
  if attempts then
    redis.call('HSET', ATTEMPTS, renamed, attempts)
  end
  return true
end

local function hand_out_again(parcel)
  local cut = string.find(parcel, '|', 1, true)
  local id, old = string.sub(parcel, 1, cut - 1), string.sub(parcel, cut + 1)
  local job = job_of(id)
  if not job then
    forget(parcel)
    return
  end
  if job.expired then
    forget(parcel)
    redis.call('HINCRBY', job.key, 'expired', 1)
    return
  end
  local member = present_name(old)
  local present = id .. '|' .. member
  if member ~= old and not rename(parcel, present) then
    return
  end
  if hears(job, member) then
    redis.call('ZADD', FLY, now + lease, present)
    hand_out(job, member, redis.call('HINCRBY', ATTEMPTS, present, 1))
  else
    forget(present)
  end
end

local function serve_one(job)
  local member = present_name(job.to)
  if hears(job, member) then
    redis.call('ZADD', FLY, now + lease, job.id .. '|' .. member)
    hand_out(job, member, 0)
  end
end

local skipped = 0

-- Returns true when every recipient has been served.
local function serve(job)
  if job.to then
    serve_one(job)
    return true
  end
  while #handed < limit and skipped < MOST_SKIPPED do
    local room = limit - #handed
    local found = redis.call('ZRANGEBYSCORE', job.subscribers, '(' .. job.cur, job.upto,
      'WITHSCORES', 'LIMIT', 0, room)
    for i = 1, #found, 2 do
      local member = found[i]
      job.cur = found[i + 1]
      if redis.call('HEXISTS', SUSPENDED, member) == 0 then
        redis.call('ZADD', FLY, now + lease, job.id .. '|' .. member)
        hand_out(job, member, 0)
      else
        skipped = skipped + 1
      end
    end
    redis.call('HSET', job.key, 'cur', job.cur)
    if #found < 2 * room then
      return true
    end
  end
  return false
end

local due = redis.call('ZRANGEBYSCORE', FLY, '-inf', now, 'LIMIT', 0, limit)
for i = 1, #due do
  hand_out_again(due[i])
end

local ready = redis.call('ZRANGE', READY, 0, MOST_JOBS - 1)
for i = 1, #ready do
  if #handed >= limit or skipped >= MOST_SKIPPED then
    break
  end
  local job = job_of(ready[i])
  if not job then
    redis.call('ZREM', READY, ready[i])
  elseif job.expired then
    local missed = job.to and 1
      or redis.call('ZCOUNT', job.subscribers, '(' .. job.cur, job.upto)
    redis.call('HINCRBY', job.key, 'expired', missed)
    redis.call('ZREM', READY, job.id)
  elseif serve(job) then
    redis.call('ZREM', READY, job.id)
  end
end

return {handed, bodies}
