-- Calls `use` with each key, its kind, its end and its words, as they stand in ARGV.
local function each_of(use)
  local place = 1
  for _, key in ipairs(KEYS) do
    local kind, ends, count = ARGV[place], ARGV[place + 1], tonumber(ARGV[place + 2])
    use(key, kind, ends, {unpack(ARGV, place + 3, place + 2 + count)})
    place = place + 3 + count
  end
end
