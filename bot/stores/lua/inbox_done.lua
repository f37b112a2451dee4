-- Forgets what was answered, but for its number. KEYS: inbox. ARGV: numbers.
for _, number in ipairs(ARGV) do
  redis.call('ZREMRANGEBYSCORE', KEYS[1], number, number)
end
return 1
