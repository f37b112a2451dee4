-- Runs a script once: whoever calls it again with the same last key gets the first call's reply.
--
-- KEYS: the script's own, then where its reply is kept. ARGV: the script's own.
-- A script that fails keeps nothing.

local KEPT_MS = 60000

local kept = table.remove(KEYS)
local known = redis.call('GET', kept)
if known then
  return cmsgpack.unpack(known)
end

local function script()
-- here: the script
end

local reply = script()
if type(reply) == 'table' and reply.err then
  return reply
end
redis.call('SET', kept, cmsgpack.pack(reply), 'PX', KEPT_MS)
return reply
