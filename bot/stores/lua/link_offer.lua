-- with: links
-- Lets a chat be linked by whoever names a code, once; an earlier code of it is good no more.
-- KEYS: links. ARGV: the platform's key prefix, member, code, ms for which it is good.
-- Returns 'done', 'linked' where the chat is linked already, or 'taken' where another has the code.
local prefix, member, code, valid_ms = unpack(ARGV)
local place = tag_of(prefix) .. ':link:' .. code
if redis.call('HEXISTS', KEYS[1], member) == 1 then
  return 'linked'
end
if not redis.call('SET', place, platform_of(prefix) .. ' ' .. member, 'PX', valid_ms, 'NX') then
  return 'taken'
end
withdraw_offer(prefix, member)
redis.call('SET', prefix .. 'offer:' .. member, code, 'PX', valid_ms)
return 'done'
