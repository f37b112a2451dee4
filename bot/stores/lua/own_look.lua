-- Finds the own rules that values cross or that are due, a bounded number of them.
--
-- KEYS: poller's lease, uses, seen. ARGV: leader, now (s), most rules, the tag all keys begin with,
-- number of platforms, the platforms; then a reading at a time: name, value, time it is about.
-- Returns 'not leader', or {rules, uses, seen}: a rule is {platform, member, number, text}.
-- A reading that moves no rule has been seen to the end, and its time is noted in `seen`.
-- The index's keys are found on the way; they share the tag, hence the slot.

local LEASE, USES, SEEN = KEYS[1], KEYS[2], KEYS[3]
local leader, now, most, tag = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4]
if redis.call('GET', LEASE) ~= leader then
  return 'not leader'
end

local platforms, rules, known = {}, {}, {}
for i = 1, tonumber(ARGV[5]) do
  platforms[i] = tag .. ':' .. ARGV[5 + i] .. ':'
end
local FIRST_READING = 6 + #platforms

-- Returns false for an entry that nothing stands behind any more.
local function touch(prefix, platform, key, entry)
  local number, member = string.match(entry, '^(%d+)[^:]*:(.*)$')
  local name = prefix .. number .. ':' .. member
  if not known[name] then
    local text = redis.call('HGET', prefix .. 'own:chat:' .. member, number)
    if not text then
      redis.call('ZREM', key, entry)
      return false
    end
    known[name] = true
    rules[#rules + 1] = {platform, member, number, text}
  end
  return true
end

-- Returns whether anything was found.
local function search(i, ending, lowest, highest)
  local key, found = platforms[i] .. ending, false
  local room = math.max(1, most - #rules)
  for _, entry in ipairs(redis.call('ZRANGEBYSCORE', key, lowest, highest, 'LIMIT', 0, room)) do
    found = touch(platforms[i], ARGV[5 + i], key, entry) or found
  end
  return found
end

for at = FIRST_READING, #ARGV, 3 do
  local reading, value, as_of = ARGV[at], ARGV[at + 1], ARGV[at + 2]
  if #rules >= most then
    break
  end
  if redis.call('HEXISTS', USES, reading) == 1 then
    local moves = false
    for i = 1, #platforms do
      moves = search(i, 'own:above:armed:' .. reading, '-inf', value) or moves
      moves = search(i, 'own:below:armed:' .. reading, '(' .. value, '+inf') or moves
      moves = search(i, 'own:above:fired:' .. reading, '(' .. value, '+inf') or moves
      moves = search(i, 'own:below:fired:' .. reading, '-inf', '(' .. value) or moves
    end
    if not moves and redis.call('HGET', SEEN, reading) ~= as_of then
      redis.call('HSET', SEEN, reading, as_of)
    end
  end
end
for i = 1, #platforms do
  if #rules < most then
    search(i, 'own:due', '-inf', now)
  end
end
return {rules, redis.call('HKEYS', USES), redis.call('HGETALL', SEEN)}
