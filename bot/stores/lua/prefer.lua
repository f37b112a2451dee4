-- Sets what a chat has set, if it is as expected, and when its next digest is due; a repeat changes
-- nothing.
-- KEYS: preferences, digests, conditions. ARGV: member, the text that is expected ('' for none), the
-- new one, when the next digest is due in ms ('' for never), whether it may be known already ('1'):
-- then it stays.
-- Returns 1, or 0 where something else is stored.
local member, expected, new, due, may_stay = unpack(ARGV)

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
redis.call(waits_for_a_condition() and 'SADD' or 'SREM', KEYS[3], member)
if new == '' then
  redis.call('HDEL', KEYS[1], member)
else
  redis.call('HSET', KEYS[1], member, new)
end
if due == '' then
  redis.call('ZREM', KEYS[2], member)
elseif may_stay == '1' then
  redis.call('ZADD', KEYS[2], 'NX', due, member)
else
  redis.call('ZADD', KEYS[2], due, member)
end
return 1
