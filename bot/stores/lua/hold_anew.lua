-- with: holds
-- Says anew until when letters are held that are; a repeat changes nothing.
--
-- KEYS: ready (for the slot). ARGV: the platform's key prefix, member, tag, platform, and as JSON for
-- each job until when (ms): 0 to let it go, -1 to leave it out; and why. Of others nothing changes.
-- Returns how many are let go.
local prefix, member, tag, platform = unpack(ARGV, 1, 4)
local new, rest, free = {}, {}, {}
for _, each in ipairs(cjson.decode(ARGV[5])) do
  new[each[1]] = each
end
for _, each in ipairs(held_of(prefix, member)) do
  local said = new[each[1]]
  if said and said[2] < 0 then
    local job = prefix .. 'job:' .. each[1]
    if redis.call('EXISTS', job) == 1 then
      redis.call('HINCRBY', job, 'skipped', 1)
    end
  elseif said and said[2] == 0 then
    free[#free + 1] = each
  else
    rest[#rest + 1] = said or each
  end
end
keep_held(prefix, member, rest)
put_back(prefix, member, free)
if #free > 0 then
  wake(tag, platform)
end
return #free
