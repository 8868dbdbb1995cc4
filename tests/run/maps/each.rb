# runs: 1 2 3 4 5 9
license "GPL"
class E
  attr :n, :u32
  attr :name, [:char, 6]
end
COUNTS = hash(:u32 => :u64, default: 0)
KEPT = hash(:u32 => E)
PAIRS = hash([:u8, :u32] => :u64, default: 0)
SLOTS = array(:u64, 5)
$sum = 0
$keys = 0
$n = 0
$seen = 0
$big = 0
$found = 0
$text = 0
$pairs = 0
$slots = 0
$empty = 0

def total_above(least)
  total = 0
  COUNTS.each do |k, v|
    next if k < least
    total += v
    return 1000 if k == 9
  end
  total
end

raw_tracepoint "sys_enter" do |regs, id|
  first = true
  COUNTS.each do |k, v|
    first = false
  end
  $empty += 1 if first
  COUNTS[id] += id * 10
  KEPT[id] = E.new(n: id, name: "n")
  PAIRS[id, id * 2] += 1
  SLOTS[id % 5] += 1
  sum = 0
  keys = 0
  big = false
  COUNTS.each do |k, v|
    sum += v
    keys += k
    big = true if v > 25
  end
  $sum = sum
  $keys = keys
  $big = big ? 1 : 0
  turns = 0
  KEPT.each do |k, e|
    turns += 1
    e.n += 100
  end
  $n = turns
  $seen = KEPT[1]&.n || 0
  $found = total_above(3)
  pairs = 0
  PAIRS.each { |key, v| pairs += v }
  $pairs = pairs
  slots = 0
  SLOTS.each { |i, v| slots += i * v }
  $slots = slots
  name = "none"
  KEPT.each { |k, e| name = e.name }
  $text = name == "n" ? 1 : 2
end
