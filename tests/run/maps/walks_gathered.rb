# runs: 1 2 3 4 5 6 7 8
license "GPL"
class Entry
  attr :n, :u64
  attr :name, [:char, 16]
end
NUMBERS = hash(:u32 => :i64)
PAIRS = hash([:u32, [:char, 16]] => :u64)
LEVELS = array(:u64, 6)
ENTRIES = lru_hash(:u32 => Entry)
$count = 0
$sum = 0
$asked = 0
$pairs = 0
$levels = 0
$entries = 0
$keys = 0
$values = 0
$left = 0
$broken = 0
def first_above(limit)
  NUMBERS.count { |k, v| return k if v > limit }
  0
end
raw_tracepoint "sys_enter" do |regs, id|
  NUMBERS[id] = id * 10 - 35
  PAIRS[id & 3, "odd"] = id if id % 2 == 1
  LEVELS[id % 6] = id
  ENTRIES[id] = Entry.new(n: id, name: id > 4 ? "large" : "small")
  limit = id * 5
  $count = NUMBERS.count { |k, v| v > limit }
  $sum = NUMBERS.sum { |k, v| v }
  $sum += NUMBERS.sum(1000) { |k, v| next 0 if v < 0; k }
  $asked = (NUMBERS.any? { |k, v| v == 5 } ? 1 : 0) + (NUMBERS.all? { |k, v| v < 25 } ? 2 : 0)
  $asked += 4 if NUMBERS.none? { |k, v| v > 0 }
  $pairs = PAIRS.sum { |(a, b), v| a * 100 + v + b.size }
  $pairs += 1000 * PAIRS.count { |k, v| k[0] == 3 }
  $levels = LEVELS.sum { |i, v| i * v } + LEVELS.count + 100 * LEVELS.count { |i, v| v > 3 }
  $entries = ENTRIES.sum { |k, e| e.n } + 100 * ENTRIES.count { |k, e| e.name == "large" }
  keys = 0
  NUMBERS.each_key { |k| keys += k }
  $keys = keys
  values = 0
  NUMBERS.each_value { |v| next if v < 0; values += v }
  $values = values
  $left = first_above(35)
  $broken = PAIRS.sum { |k, v| break 77 if v == 5; v }
end
