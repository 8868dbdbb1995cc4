# runs: 1 2 3 4 5 6
license "GPL"
class Entry
  attr :n, :u64
end
SEEN = hash(:u32 => :i64)
PAIRS = hash([:u32, [:char, 16]] => :u64)
NAMES = hash(:u32 => [:char, 16])
LEVELS = array(:u64, 4)
ENTRIES = hash(:u32 => Entry)
$plain = 0
$computed = 0
$pair = 0
$level = 0
$name = 0
$left = 0
$value = 0
$inner = 0
def entry(id)
  ENTRIES.fetch(id) { return 5 }.n
end
raw_tracepoint "sys_enter" do |regs, id|
  $plain = SEEN.fetch(id) { 7 }
  $computed = SEEN.fetch(id + 1) { |k| k * -10 }
  SEEN[id] = -id
  $pair = PAIRS.fetch([id & 3, "abc"]) { |a, b| a + b.size }
  $pair += 100 * PAIRS.fetch([id & 1, "abc"]) { 3 }
  PAIRS[id & 1, "abc"] = id
  $level = LEVELS.fetch(id) { |at| at + 1000 }
  LEVELS[2] = 4
  $name = NAMES.fetch(id >> 1) { "none yet" }.size
  NAMES[id >> 1] = "abc"
  $left = entry(id)
  ENTRIES[id + 1] = Entry.new(n: id * 3)
  $value = SEEN.fetch(id + 2) { break 42 }
  $inner = SEEN.fetch(id - 1) do |k|
    next 9 if k == 0
    SEEN.fetch(k - 1) { |other| other + 500 }
  end
end
