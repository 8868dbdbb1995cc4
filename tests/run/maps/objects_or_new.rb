# runs: 1 2 3 2 1 6 7
license "GPL"
class Slot
  attr :n, :u64
  attr :name, [:char, 8]

  def twice = n * 2
end
SLOTS = hash(:u32 => Slot)
$n = 0
$last = 0
$kept = 0
$size = 0
raw_tracepoint "sys_enter" do |regs, id|
  e = SLOTS[id & 3] || Slot.new(n: 100, name: "new")
  $n = e.n + e.twice
  $size = e.name.size
  SLOTS[id & 3] = Slot.new(n: e.n + id, name: "kept")
  $last = e.n
  kept = Slot.new
  4.times { |i| kept = SLOTS[i] || kept }
  $kept = kept.n
end
