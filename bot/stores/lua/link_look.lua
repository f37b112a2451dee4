-- with: links
-- Says with whom a chat is linked, and since when each of the two cannot be reached. Changes nothing.
-- KEYS: links. ARGV: the platform's key prefix, member.
-- Returns {platform, member of the other, since (ms) this one, since the other}, '' for one that can
-- be reached; or nil where there is no link.
local prefix, member = ARGV[1], ARGV[2]
local other_prefix, other = link_of(prefix, member)
return other and {platform_of(other_prefix), other, tostring(failing_since(prefix, member) or ''),
  tostring(failing_since(other_prefix, other) or '')}
