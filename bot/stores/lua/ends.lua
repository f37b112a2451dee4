-- Notes that a process ends in order. KEYS: ended. ARGV: its name, when (ms), most that are kept.
redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -ARGV[3] - 1)
return 1
