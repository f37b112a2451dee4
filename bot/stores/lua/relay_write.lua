-- with: links
-- Puts letters of a chat that cannot be reached into the line of the one that it is linked with.
--
-- KEYS: seq. ARGV: the platform's key prefix, member, the other platform, member of the other; then of
-- each letter the id of the job and the body that the other hears.
-- A letter is told there once: a repeat finds its job. The original stays where it is. Nothing happens
-- where the two are linked no more.
-- Lines and jobs are found on the way; they share the tag, hence the slot.
local prefix, member, platform, other = unpack(ARGV, 1, 4)
local other_prefix = prefix_of(tag_of(prefix), platform)

local linked_prefix, linked = link_of(prefix, member)
if linked_prefix ~= other_prefix or linked ~= other then
  return 0
end

-- Returns the id under which the other chat hears it, or nil where it did or nobody knows it any more.
local function copy(id, body)
  local original, new = prefix .. 'job:' .. id, 'relay:' .. id .. ':' .. other
  local job = other_prefix .. 'job:' .. new
  local f = redis.call('HMGET', original, 'created', 'ttl_at', 'end_at')
  if not f[1] or redis.call('EXISTS', job) == 1 then
    return nil
  end
  redis.call('HSET', job, 'to', other, 'body', body, 'upto', redis.call('INCR', KEYS[1]),
    'created', f[1], 'ttl_at', f[2], 'end_at', f[3] or f[2])
  redis.call('PEXPIRE', job, math.max(redis.call('PTTL', original), 1))
  return new
end

local new = {}
for i = 5, #ARGV, 2 do
  new[#new + 1] = copy(ARGV[i], ARGV[i + 1])
end
if #new > 0 then
  local line = line_of(other_prefix, other) or new_line()
  add_to_line(line, new)
  -- As early as any own alert: see own_write.lua.
  keep_due(other_prefix, other, line, tonumber(redis.call('GET', KEYS[1])))
  wake(tag_of(prefix), platform)
end
return #new
