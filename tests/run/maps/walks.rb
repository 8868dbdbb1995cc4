# runs: 1 3
license "GPL"
SLOTS = array(:u32, 4)
FAST = percpu_array(:i64, 3)
$seen = 0
$keys = 0
raw_tracepoint "sys_enter" do |regs, id|
  SLOTS.each { |i, v| $seen += i + v }
  FAST.each { |i, v| $keys += 10 + v }
  FAST[1] -= id
end
