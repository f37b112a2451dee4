-- with: lines
-- Finds the chats whose digest is due, as many as there is room for. Changes nothing.
--
-- KEYS: digests, preferences, suspended. ARGV: the platform's key prefix, now in ms, most chats, for
-- how many chats something may wait to be sent.
-- Returns for each, earliest first, {member, when it was due in ms, its preferences ('' for none),
-- whether it can be written to, how many own rules it has, topics...}.
-- Other keys are found on the way; they share the tag, hence the slot.
local prefix, at, most, room = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])

-- Who waits already goes first: an alert must never queue behind thousands of digests.
local limit = math.min(most, room - redis.call('ZCOUNT', prefix .. 'due', '-inf', now))
if limit <= 0 then
  return {}
end
local found = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', at, 'WITHSCORES', 'LIMIT', 0, limit)
local due = {}
for i = 1, #found, 2 do
  local member = found[i]
  due[#due + 1] = {
    member, found[i + 1], redis.call('HGET', KEYS[2], member) or '',
    1 - redis.call('HEXISTS', KEYS[3], member), redis.call('HLEN', prefix .. 'own:chat:' .. member),
    unpack(redis.call('SMEMBERS', prefix .. 'chat:' .. member)),
  }
end
return due
