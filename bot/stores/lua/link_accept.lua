-- with: links
-- Links a chat with the one that has offered itself by a code.
-- KEYS: links. ARGV: the platform's key prefix, member, code.
-- Returns {'done', platform, member of the other}; {'unknown'}; or why not, and both stay as they
-- are: {'same platform'}, {'linked'} where this chat is already, {'other linked'}.
local prefix, member, code = unpack(ARGV)
local offered = redis.call('GET', tag_of(prefix) .. ':link:' .. code)
if not offered then
  return {'unknown'}
end
local platform, other = string.match(offered, '^(%S+) (%S+)$')
local other_prefix = prefix_of(tag_of(prefix), platform)
if other_prefix == prefix then
  return {'same platform'}
end
if link_of(prefix, member) then
  return {'linked'}
end
if link_of(other_prefix, other) then
  return {'other linked'}
end
link(prefix, member, other_prefix, other)
withdraw_offer(prefix, member)
withdraw_offer(other_prefix, other)
return {'done', platform, other}
