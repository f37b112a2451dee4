-- with: links
-- Finds linked chats that cannot be reached, and what waits for them. Changes nothing.
--
-- KEYS: links. ARGV: the platform's key prefix, where the last look stopped ('0' to begin), about how
-- many chats, ms for which a chat has to be failing, ms for which the whole platform is ('' if it is
-- not), most letters of a chat.
-- Returns where it stopped ('0' for the end), and of each chat that something urgent may wait for
-- {member, platform and member of the other, since (ms), preferences of both ('' for none), and of
-- each letter id, topic ('' for an own alert), body}: of what is news still, what the other chat
-- neither hears itself nor has heard from here.
-- Other keys are found on the way; they share the tag, hence the slot.
local prefix, place, many, failing_ms, down_ms, most = unpack(ARGV)
-- Of so many walks, those that go first, what they will bring is looked through.
local MOST_WALKS = 64
local walks = nil

local function is_known(job, other_prefix, other)
  if redis.call('EXISTS', other_prefix .. 'job:relay:' .. job.id .. ':' .. other) == 1 then
    return true
  end
  local seq = job.topic and redis.call('ZSCORE', other_prefix .. 'sub:' .. job.topic, other)
  return seq and tonumber(seq) <= job.upto
end

-- Returns the ids of all that waits for the member, oldest first.
local function waiting(member)
  local line = line_of(prefix, member) or new_line()
  walks = walks or ready_jobs(prefix, MOST_WALKS)
  add_coming(prefix, member, line, walks)
  line.out = 0
  put_in_order(prefix, line)
  return line.jobs
end

local function look_at(member)
  local since = failing_since(prefix, member) or (down_ms ~= '' and now - down_ms) or nil
  local other_prefix, other = link_of(prefix, member)
  if not since or now - since < tonumber(failing_ms) or is_suspended(other_prefix, other) then
    return nil
  end
  local chat = {member, platform_of(other_prefix), other, string.format('%.0f', since),
    redis.call('HGET', prefix .. 'preferences', member) or '',
    redis.call('HGET', other_prefix .. 'preferences', other) or ''}
  local known = #chat
  for _, id in ipairs(waiting(member)) do
    local job = job_of(prefix, id)
    if job and not job.outdated and hears(job, member) and #chat < known + 3 * most
      and not is_known(job, other_prefix, other) then
      chat[#chat + 1], chat[#chat + 2], chat[#chat + 3] = id, job.topic or '', job.body
    end
  end
  return #chat > known and chat or nil
end

local found, chats = redis.call('HSCAN', KEYS[1], place, 'COUNT', many), {}
for i = 1, #found[2], 2 do
  chats[#chats + 1] = look_at(found[2][i])
end
return {found[1], chats}
