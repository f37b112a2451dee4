-- with: holds
-- Letters that were given up: `dead` holds why, `dead:at` when, both by <job>|<member>. Put before the
-- scripts that need it.

-- So many that grew too old are forgotten at once; the next call goes on.
local MOST_FORGOTTEN = 1000

-- Returns whether the letter was there.
local function take_out(prefix, letter)
  redis.call('ZREM', prefix .. 'dead:at', letter)
  return redis.call('HDEL', prefix .. 'dead', letter) == 1
end

-- Forgets those that are older than so many ms, and the oldest of those that are too many.
local function forget_dead(prefix, kept_ms, most)
  local key = prefix .. 'dead:at'
  local old = redis.call('ZRANGEBYSCORE', key, '-inf', now - kept_ms, 'LIMIT', 0, MOST_FORGOTTEN)
  for _, letter in ipairs(old) do
    take_out(prefix, letter)
  end
  local excess = redis.call('ZCARD', key) - most
  for _, letter in ipairs(excess > 0 and redis.call('ZRANGE', key, 0, excess - 1) or {}) do
    take_out(prefix, letter)
  end
end
