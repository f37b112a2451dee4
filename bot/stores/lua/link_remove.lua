-- with: links
-- Ends a chat's link, and what it offered. KEYS: links. ARGV: the platform's key prefix, member.
-- Returns {platform, member} of the other, or nil where there was no link.
local other_prefix, other = unlink(ARGV[1], ARGV[2])
return other and {platform_of(other_prefix), other}
