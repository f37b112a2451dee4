-- with: lines
-- What is held back from chats for now: in quiet hours, or while it is muted. Put before the scripts
-- that need it.
--
-- `held` has each chat's letters in the order in which they were held: {job, until when (ms), why}.
-- `hold` has the time at which the first of them is to be looked at again.

-- The newest ones, as of a chat that cannot be reached: each letter that is held writes them all.
local MOST_HELD = 500

local function held_of(prefix, member)
  local text = redis.call('HGET', prefix .. 'held', member)
  return text and cjson.decode(text) or {}
end

local function keep_held(prefix, member, held)
  for _ = 1, #held - MOST_HELD do
    local job = prefix .. 'job:' .. table.remove(held, 1)[1]
    if redis.call('EXISTS', job) == 1 then
      redis.call('HINCRBY', job, 'expired', 1)
    end
  end
  if #held == 0 then
    redis.call('HDEL', prefix .. 'held', member)
    redis.call('ZREM', prefix .. 'hold', member)
    return
  end
  local first = math.huge
  for _, each in ipairs(held) do
    first = math.min(first, each[2])
  end
  looks = looks + #held
  redis.call('HSET', prefix .. 'held', member, cjson.encode(held))
  redis.call('ZADD', prefix .. 'hold', string.format('%.0f', first), member)
end

-- Puts letters before all that waits for the chat, and notes there why they were held.
local function put_back(prefix, member, letters)
  if #letters == 0 then
    return
  end
  local line, ids = line_of(prefix, member) or new_line(), {}
  line.held = line.held or {}
  for _, each in ipairs(letters) do
    ids[#ids + 1] = each[1]
    line.held[each[1]] = each[3]
  end
  add_to_line(line, ids)
  put_in_order(prefix, line)
  keep_due(prefix, member, line, now)
end

-- Lets go what was held up to now.
local function let_go_due(prefix, member)
  local rest, due = {}, {}
  for _, each in ipairs(held_of(prefix, member)) do
    local list = each[2] <= now and due or rest
    list[#list + 1] = each
  end
  keep_held(prefix, member, rest)
  put_back(prefix, member, due)
end
