-- with: lines
-- Notes what the operator's chat is told, and puts the message into its line.
--
-- KEYS: operator, seq. ARGV: the platform's key prefix, tag, platform, member, what is noted by now
-- ('' for nothing), what is noted then, body ('' to tell nothing), made (ms), ms for which it is told.
-- Returns 'done', 'moved' where something else is noted, or 'away' where the chat cannot be reached:
-- what it is not told is not noted, and so told once it is back.
-- Lines and jobs are found on the way; they share the tag, hence the slot.
local prefix, tag, platform, member, before, after, body, made, told_ms = unpack(ARGV, 1, 9)
if (redis.call('GET', KEYS[1]) or '') ~= before then
  return 'moved'
end
member = moved_to(prefix, member)
if body ~= '' then
  if is_suspended(prefix, member) then
    return 'away'
  end
  local seq = redis.call('INCR', KEYS[2])
  local id = string.format('operator:%.0f', seq)
  local job = prefix .. 'job:' .. id
  redis.call('HSET', job, 'to', member, 'body', body, 'upto', seq, 'created', made,
    'ttl_at', now + told_ms, 'end_at', now + told_ms)
  redis.call('PEXPIRE', job, 2 * told_ms)
  local line = line_of(prefix, member) or new_line()
  add_to_line(line, {id})
  keep_due(prefix, member, line, now)
  wake(tag, platform)
end
redis.call('SET', KEYS[1], after)
return 'done'
