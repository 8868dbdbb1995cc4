# runs: 1 2 1 3 4 1 -1 2
license "GPL"
COUNTS = hash(:u32 => :u64, default: 0)
SMALL = hash(:u64 => :i32, size: 3, default: -5)
BITS = hash(:u8 => :u32, default: 0)
$found = 0
$missing = 0
$has = 0
$gone = 0
$fetched = 0
raw_tracepoint "sys_enter" do |regs, id|
  COUNTS[id] += 1
  COUNTS[7] -= id
  SMALL[id] += id
  BITS[id & 3] += 16
  $found = SMALL[id]
  $missing = SMALL[1000]
  $has += 1 if COUNTS.key?(3)
  $gone = COUNTS.delete(2) || 99
  $fetched = COUNTS.fetch(id + 1, 77)
end
