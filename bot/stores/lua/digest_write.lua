-- with: lines
-- Puts digests into the lines of their chats, and says when the next ones are due.
--
-- KEYS: digests, seq. ARGV: the platform's key prefix, tag, platform, made (ms), ms for which a digest
-- is told, and for which its job is known; then of each digest member, when it was due (ms), when the
-- next one is ('' for never), body ('' to leave it out).
-- One whose time has been changed meanwhile, by whoever else, is passed over: so each is told once.
-- Lines and jobs are found on the way; they share the tag, hence the slot.
local prefix, tag, platform, made, told_ms, known_ms = unpack(ARGV, 1, 6)
local some = false

local function enqueue(member, due, body)
  local id = 'digest:' .. member .. ':' .. due
  local job = prefix .. 'job:' .. id
  -- It is never told as news of before: the next one says what was.
  redis.call('HSET', job, 'to', member, 'body', body, 'upto', redis.call('INCR', KEYS[2]),
    'created', made, 'ttl_at', now + told_ms, 'end_at', now + told_ms)
  redis.call('PEXPIRE', job, known_ms)
  local line = line_of(prefix, member) or new_line()
  add_to_line(line, {id})
  keep_due(prefix, member, line, now)
  some = true
end

for i = 7, #ARGV, 4 do
  local member, due, next_due, body = unpack(ARGV, i, i + 3)
  local score = redis.call('ZSCORE', KEYS[1], member)
  if score and tonumber(score) == tonumber(due) then
    if next_due == '' then
      redis.call('ZREM', KEYS[1], member)
    else
      redis.call('ZADD', KEYS[1], next_due, member)
    end
    if body ~= '' and not is_suspended(prefix, member) then
      enqueue(member, due, body)
    end
  end
end
if some then
  wake(tag, platform)
end
return 1
