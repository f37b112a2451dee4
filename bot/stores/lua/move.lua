-- Gives a chat its new id everywhere, and one parcel with it, due at once.
--
-- KEYS: fly, attempts, suspended, old chat, new chat, where the old one went, where the new one went.
-- ARGV: platform's key prefix, old member, new member, old parcel, new parcel, tombstone ms,
-- attempts used up.
-- A chat that is already known under its new id keeps the earlier of its two places in line.
-- Subscribers' keys are found on the way; they share the declared keys' hash tag, hence the slot.

local prefix, old, new = ARGV[1], ARGV[2], ARGV[3]
for _, topic in ipairs(redis.call('SMEMBERS', KEYS[4])) do
  local subscribers = prefix .. 'sub:' .. topic
  local seq = redis.call('ZSCORE', subscribers, old)
  if seq then
    local known = redis.call('ZSCORE', subscribers, new)
    if not known or tonumber(seq) < tonumber(known) then
      redis.call('ZADD', subscribers, seq, new)
    end
    redis.call('ZREM', subscribers, old)
  end
  redis.call('SADD', KEYS[5], topic)
end
redis.call('DEL', KEYS[4])
redis.call('HDEL', KEYS[3], old)
redis.call('SET', KEYS[6], new, 'PX', ARGV[6])
-- A chat that came back is not sent round in a circle.
redis.call('DEL', KEYS[7])

if redis.call('ZREM', KEYS[1], ARGV[4]) == 1 then
  redis.call('HDEL', KEYS[2], ARGV[4])
  if redis.call('ZADD', KEYS[1], 'NX', 0, ARGV[5]) == 1 then
    redis.call('HSET', KEYS[2], ARGV[5], ARGV[7])
  end
end
return 1
