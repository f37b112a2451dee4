-- with: copy_entries
-- Says of each key whether it holds these entries. KEYS, ARGV: as those of copy_write.
-- Returns 1 or 0 of each.

-- Servers of different versions write the same score in different ways.
local function is_same_score(one, other)
  return tonumber(one) == tonumber(other)
end

local function is_same_text(one, other)
  return one == other
end

local function holds(command, key, words, is_same)
  local names = {}
  for i = 1, #words, 2 do
    names[#names + 1] = words[i]
  end
  local stored = redis.call(command, key, unpack(names))
  for i = 1, #names do
    if not stored[i] or not is_same(stored[i], words[2 * i]) then
      return 0
    end
  end
  return 1
end

local answers = {}
each_of(function(key, kind, _, words)
  local same
  if kind == 'string' then
    same = redis.call('GET', key) == words[1] and 1 or 0
  elseif kind == 'set' then
    same = 1
    for _, known in ipairs(redis.call('SMISMEMBER', key, unpack(words))) do
      same = math.min(same, known)
    end
  elseif kind == 'hash' then
    same = holds('HMGET', key, words, is_same_text)
  else
    same = holds('ZMSCORE', key, words, is_same_score)
  end
  answers[#answers + 1] = same
end)
return answers
