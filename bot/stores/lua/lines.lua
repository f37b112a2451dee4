-- with: walks
-- What waits for each chat. Put before the scripts that need it.
--
-- A chat's line is what it is to hear: {jobs, oldest first; out, how many of them were handed out
-- together; lease, under which; from, to which id, where the chat has another one by now; attempts
-- and unsure of the last tries; failing, since when (ms) every try went wrong; alone, how many go
-- singly; held, of those that were held back, why}.
--
-- A chat's threads have lines of their own. The platform counts by chats, so one thread is written to
-- at a time: `away` holds which one that is, and behind it, in order, those that wait for its return.

local MOST_TOGETHER = 20
-- What was held back is told in few words.
local MOST_HELD_TOGETHER = 100
-- Whoever follows a chat that moved gives up after so many moves.
local MOST_MOVES = 8

local function line_of(prefix, member)
  local text = redis.call('HGET', prefix .. 'line', member)
  return text and cjson.decode(text) or nil
end

local function new_line()
  return {jobs = {}, out = 0, attempts = 0, unsure = 0, alone = 0}
end

-- Whether the line at `member` has a parcel out that was handed to `receiver` under the lease.
local function is_out(line, member, receiver, lease)
  return line and line.lease == lease and (line.from or member) == receiver
end

local function end_lease(line)
  line.lease, line.from = nil, nil
end

local function chat_of(member)
  return string.match(member, '^[^:]+')
end

-- Returns which of the chat's threads is written to, or nil, and those that wait behind it.
local function away(prefix, member)
  local names = {}
  for name in string.gmatch(redis.call('HGET', prefix .. 'away', chat_of(member)) or '', '%S+') do
    names[#names + 1] = name
  end
  return table.remove(names, 1), names
end

local function note_away(prefix, first, behind)
  local names = table.concat({first, unpack(behind or {})}, ' ')
  redis.call('HSET', prefix .. 'away', chat_of(first), names)
end

-- Lets those that wait behind the member go at `at`, one after the other and all before the member
-- itself: parts of a millisecond keep their order. Returns how many those are.
local function come_home(prefix, member, at)
  local first, behind = away(prefix, member)
  if first ~= member then
    return 0
  end
  redis.call('HDEL', prefix .. 'away', chat_of(member))
  for place, each in ipairs(behind) do
    redis.call('ZADD', prefix .. 'due', 'XX', 'LT', at - (#behind + 1 - place) / 1024, each)
  end
  return #behind
end

-- Forgets why letters were held back that are in the line no more.
local function tidy(line)
  local held
  for _, id in ipairs(line.held and line.jobs or {}) do
    if line.held[id] then
      held = held or {}
      held[id] = line.held[id]
    end
  end
  line.held = held
end

-- An empty line is forgotten, and its chat is due no more.
local function keep_line(prefix, member, line)
  if #line.jobs == 0 then
    redis.call('HDEL', prefix .. 'line', member)
    redis.call('ZREM', prefix .. 'due', member)
    come_home(prefix, member, now)
  else
    tidy(line)
    redis.call('HSET', prefix .. 'line', member, cjson.encode(line))
  end
end

local function add_to_line(line, ids)
  local known = {}
  for _, id in ipairs(line.jobs) do
    known[id] = true
  end
  for _, id in ipairs(ids) do
    if not known[id] then
      known[id] = true
      line.jobs[#line.jobs + 1] = id
    end
  end
end

-- Returns how many of the line's letters go together next.
local function together(line)
  local held = 0
  while line.held and line.held[line.jobs[held + 1]] and held < MOST_HELD_TOGETHER do
    held = held + 1
  end
  return math.max(held, math.min(#line.jobs, MOST_TOGETHER))
end

local function leave_line(line, count)
  for _ = 1, count do
    table.remove(line.jobs, 1)
  end
end

-- Oldest first, behind what was handed out together.
local function put_in_order(prefix, line)
  local numbers = {}
  looks = looks + 2 * #line.jobs
  for place, id in ipairs(line.jobs) do
    local job = job_of(prefix, id)
    numbers[id] = place <= line.out and place - line.out or job and job.upto or 1
  end
  table.sort(line.jobs, function(one, other) return numbers[one] < numbers[other] end)
end

-- Puts what waits for the member on the walks that are on their way into its line, in order.
local function gather(prefix, member, line, walks)
  local ids = {}
  for _, job in ipairs(walks) do
    if awaits(job, member) then
      ids[#ids + 1] = job.id
      mark_ahead(job, member)
    end
  end
  add_to_line(line, ids)
  put_in_order(prefix, line)
end

local function is_suspended(prefix, member)
  return redis.call('HEXISTS', prefix .. 'suspended', member) == 1
end

-- Returns until when the member is left alone, or nil: its chat was written to a moment ago, or is
-- being written to, and then the member waits behind that.
local function rests_until(prefix, member)
  local rest = tonumber(redis.call('ZSCORE', prefix .. 'rest', chat_of(member)) or 0)
  local first, behind = away(prefix, member)
  if first and first ~= member then
    local back = tonumber(redis.call('ZSCORE', prefix .. 'due', first) or 0)
    if back > now then
      add_to_line({jobs = behind}, {member})
      note_away(prefix, first, behind)
      rest = math.max(rest, back)
    end
  end
  return rest > now and rest or nil
end

-- Keeps a line to which something came: it is due at `at`, unless it is already or hears nothing.
local function keep_due(prefix, member, line, at)
  keep_line(prefix, member, line)
  if #line.jobs > 0 and not redis.call('ZSCORE', prefix .. 'due', member)
    and not is_suspended(prefix, member) then
    redis.call('ZADD', prefix .. 'due', rests_until(prefix, member) or at, member)
  end
end

-- Returns the id that a chat has now, as far as is known.
local function moved_to(prefix, member)
  for _ = 1, MOST_MOVES do
    local new = redis.call('GET', prefix .. 'moved:' .. member)
    if not new then
      break
    end
    member = new
  end
  return member
end
