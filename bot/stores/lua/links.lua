-- with: missed
-- Two chats on different platforms that are one person's. Put before the scripts that need it.
--
-- Each side's `links` names the other as "<platform> <member>". A chat that offers itself has a code,
-- under which `link:<code>` names the chat, and which `offer:<member>` names.

local function tag_of(prefix)
  return string.match(prefix, '^([^:]+):')
end

local function prefix_of(tag, platform)
  return tag .. ':' .. platform .. ':'
end

local function platform_of(prefix)
  return string.match(prefix, '^[^:]+:([^:]+):$')
end

-- Returns the prefix and the member of the chat that this one is linked with, or nil.
local function link_of(prefix, member)
  local link = redis.call('HGET', prefix .. 'links', member)
  if link then
    local platform, other = string.match(link, '^(%S+) (%S+)$')
    return prefix_of(tag_of(prefix), platform), other
  end
end

local function link(prefix, member, other_prefix, other)
  redis.call('HSET', prefix .. 'links', member, platform_of(other_prefix) .. ' ' .. other)
  redis.call('HSET', other_prefix .. 'links', other, platform_of(prefix) .. ' ' .. member)
end

local function withdraw_offer(prefix, member)
  local code = redis.call('GET', prefix .. 'offer:' .. member)
  if code then
    redis.call('DEL', prefix .. 'offer:' .. member, tag_of(prefix) .. ':link:' .. code)
  end
end

-- Returns the prefix and the member of the chat that it was linked with, or nil.
local function unlink(prefix, member)
  local other_prefix, other = link_of(prefix, member)
  withdraw_offer(prefix, member)
  if other then
    redis.call('HDEL', prefix .. 'links', member)
    redis.call('HDEL', other_prefix .. 'links', other)
  end
  return other_prefix, other
end

-- Returns since when the chat cannot be reached, in ms, or nil: since it was suspended, or since the
-- first of the tries that went wrong without one between that did not.
local function failing_since(prefix, member)
  local suspension = redis.call('HGET', prefix .. 'suspended', member)
  if suspension then
    local _, _, at = read_suspension(suspension)
    return at
  end
  local line = line_of(prefix, member)
  return line and line.failing
end
