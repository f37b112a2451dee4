-- with: links
-- Counts what is stored of a chat, and deletes it all.
--
-- KEYS: ready (for the slot), uses, seen, alert order. ARGV: the platform's key prefix, member, and
-- as JSON a list of the chat's rules: {number, text, the index's places (key, entry), readings}, or
-- {number, text} where nobody can read the text; '' to count and delete nothing.
-- Returns {topics, rules, waiting, given up, settings, links, boards}, or nil where the rules are not
-- as expected: then nothing is deleted. Whoever settles a parcel of the chat later finds no line, and changes nothing.
-- Topics', jobs' and the index's keys are found on the way; they share the tag, hence the slot.

local USES, SEEN, ORDER = KEYS[2], KEYS[3], KEYS[4]
local prefix, member = ARGV[1], ARGV[2]
local chat, rules = prefix .. 'chat:' .. member, prefix .. 'own:chat:' .. member

local line = line_of(prefix, member) or new_line()
for _, each in ipairs(held_of(prefix, member)) do
  add_to_line(line, {each[1]})
end
local walks = ready_jobs(prefix)
add_coming(prefix, member, line, walks)

local dead, dead_jobs = {}, {}
for _, field in ipairs(redis.call('HKEYS', prefix .. 'dead')) do
  local cut = string.find(field, '|', 1, true)
  dead_jobs[string.sub(field, 1, cut - 1)] = true
  if string.sub(field, cut + 1) == member then
    dead[#dead + 1] = field
  end
end

local stored = redis.call('HLEN', rules)
local is_set = redis.call('HEXISTS', prefix .. 'preferences', member)
local counts = {redis.call('SCARD', chat), stored, #line.jobs, #dead, is_set,
  redis.call('HEXISTS', prefix .. 'links', member), redis.call('HEXISTS', prefix .. 'boards', member)}
if ARGV[3] == '' then
  return counts
end
local expected = cjson.decode(ARGV[3])
local is_expected = #expected == stored
for _, rule in ipairs(expected) do
  is_expected = is_expected and redis.call('HGET', rules, rule[1]) == rule[2]
end
if not is_expected then
  return nil
end

local function use_less(reading)
  if redis.call('HINCRBY', USES, reading, -1) <= 0 then
    redis.call('HDEL', USES, reading)
    redis.call('HDEL', SEEN, reading)
  end
end

-- A rule that nobody can read may stand in any place. Each of its conditions stands in one, and its
-- next step, which uses nothing, in one more.
local function sweep(number)
  local entries = {number, number .. '.1', number .. '.2', number .. '.s'}
  for _, reading in ipairs(redis.call('HKEYS', USES)) do
    for _, place in ipairs({'above:armed:', 'above:fired:', 'below:armed:', 'below:fired:'}) do
      for i, entry in ipairs(entries) do
        local gone = redis.call('ZREM', prefix .. 'own:' .. place .. reading, entry .. ':' .. member)
        if gone == 1 and i < #entries then
          use_less(reading)
        end
      end
    end
  end
  redis.call('ZREM', prefix .. 'own:due', number .. ':' .. member)
end

for _, rule in ipairs(expected) do
  local number, _, places, readings = unpack(rule)
  if not places then
    sweep(number)
  else
    for _, place in ipairs(places) do
      redis.call('ZREM', prefix .. place[1], place[2])
    end
    for _, reading in ipairs(readings) do
      use_less(reading)
    end
  end
end
redis.call('DEL', rules)

-- What a chat asked for itself is nobody else's; of what all hear, only what is noted of the chat.
local function forget_in(id)
  local key = prefix .. 'job:' .. id
  if redis.call('HGET', key, 'to') == member then
    redis.call('DEL', key)
    redis.call('ZREM', KEYS[1], id)
  else
    redis.call('HDEL', key, 'ahead:' .. member)
  end
end

local function wait_no_more()
  local first, behind = away(prefix, member)
  if first then
    local others = {}
    for _, each in ipairs(behind) do
      others[#others + 1] = each ~= member and each or nil
    end
    note_away(prefix, first, others)
  end
end

-- Whoever has a parcel that was handed out under an earlier id finds its line by this.
local function forget_move()
  local new = moved_to(prefix, member)
  local theirs = new ~= member and line_of(prefix, new)
  if not (theirs and theirs.from) then
    redis.call('DEL', prefix .. 'moved:' .. member)
  end
end

for _, job in ipairs(walks) do
  forget_in(job.id)
end
for _, id in ipairs(line.jobs) do
  forget_in(id)
end
for id in pairs(dead_jobs) do
  forget_in(id)
end
for _, id in ipairs(redis.call('ZRANGE', ORDER, 0, -1)) do
  forget_in(id)
end

for _, topic in ipairs(redis.call('SMEMBERS', chat)) do
  for _, id in ipairs(redis.call('ZRANGE', prefix .. 'told:' .. topic, 0, -1)) do
    forget_in(id)
  end
  redis.call('ZREM', prefix .. 'sub:' .. topic, member)
end
for _, field in ipairs(dead) do
  redis.call('HDEL', prefix .. 'dead', field)
  redis.call('ZREM', prefix .. 'dead:at', field)
end
redis.call('DEL', chat)
redis.call('HDEL', prefix .. 'suspended', member)
redis.call('HDEL', prefix .. 'boards', member)
-- The chat's other threads wait for it no more, nor it for them. The rest goes by the chat's id: if a
-- thread leaves, it stays for the others, and ends by itself.
keep_line(prefix, member, new_line())
keep_held(prefix, member, {})
redis.call('SREM', prefix .. 'conditions', member)
wait_no_more()
forget_move()
redis.call('ZREM', prefix .. 'rest', member)
redis.call('HDEL', prefix .. 'preferences', member)
redis.call('ZREM', prefix .. 'digests', member)
unlink(prefix, member)
return counts
