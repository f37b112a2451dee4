-- with: holds
-- What a suspended chat missed. Put before the scripts that need it.

-- The newest of all that was fired since; what waited before that stays in the line.
local MOST_MISSED = 200

-- Returns a suspension's reason, the number after which the chat missed what was fired, and when it
-- began in ms, nil where an earlier version did not note it.
local function read_suspension(text)
  local known, record = pcall(cjson.decode, text)
  if known and type(record) == 'table' then
    return record.reason, record.since, record.at
  end
  -- Earlier versions wrote the reason alone.
  return text, math.huge
end

-- Returns the ids of what was fired after `since` and the member hears, newest first.
local function missed_jobs(prefix, member, since)
  local told, missed = {}, {}
  for _, topic in ipairs(redis.call('SMEMBERS', prefix .. 'chat:' .. member)) do
    local found = redis.call('ZRANGEBYSCORE', prefix .. 'told:' .. topic,
      '(' .. since, '+inf', 'WITHSCORES')
    for i = 1, #found, 2 do
      told[#told + 1] = {id = found[i], seq = tonumber(found[i + 1])}
    end
  end
  table.sort(told, function(one, other) return one.seq > other.seq end)
  for _, each in ipairs(told) do
    local job = #missed < MOST_MISSED and job_of(prefix, each.id)
    if job and not job.over and hears(job, member) then
      missed[#missed + 1] = each.id
    end
  end
  return missed
end

-- Adds to a copy of the member's line what has yet to come into it: what walks will still bring, and
-- what was missed while it could not be reached.
local function add_coming(prefix, member, line, walks)
  for _, job in ipairs(walks) do
    if awaits(job, member) then
      add_to_line(line, {job.id})
    end
  end
  local suspension = redis.call('HGET', prefix .. 'suspended', member)
  if suspension then
    local _, since = read_suspension(suspension)
    add_to_line(line, missed_jobs(prefix, member, since))
  end
end
