-- Sets what a chat has set, if it is as expected; a repeat changes nothing.
-- KEYS: preferences, conditions. ARGV: member, the text that is expected ('' for none), the new one.
-- Returns 1, or 0 where something else is stored.
local member, expected, new = unpack(ARGV)

-- Whether something is muted until a number, or an own alert, says otherwise: that is looked at.
local function waits_for_a_condition()
  local known, settings = pcall(cjson.decode, new)
  for _, mute in ipairs(known and settings.mutes or {}) do
    local recovers = mute.condition == 'recovers' and not string.match(mute.rule or '', '^%d+$')
    if mute.condition and not recovers then
      return true
    end
  end
  return false
end

local stored = redis.call('HGET', KEYS[1], member) or ''
if stored == new then
  return 1
end
if stored ~= expected then
  return 0
end
redis.call(waits_for_a_condition() and 'SADD' or 'SREM', KEYS[2], member)
if new == '' then
  redis.call('HDEL', KEYS[1], member)
else
  redis.call('HSET', KEYS[1], member, new)
end
return 1
