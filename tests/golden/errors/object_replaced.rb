license "GPL"
class Inner
  attr :x, :u32
end
class Slot
  attr :n, :u64
  attr :at, Inner

  def replace! = self.at = Inner.new(x: 2)
end
$one  = Slot.new(n: 3)
$many = Array.new(4) { Slot.new }
$list = [1, 2]
SLOTS = hash(:u32 => Slot)
OTHER = hash(:u32 => Slot)
CPU = percpu_array(Slot, 4)
def reset
  $one = Slot.new
end
def replaced(slot)
  $one = Slot.new(n: 4)
  slot.n                           # error: [object-replaced]
end
raw_tracepoint "sys_enter" do |regs, id|
  one = $one
  kept = one.n
  $one = Slot.new(n: 9)
  printk "%d %d", kept, one.n      # error: [object-replaced]
  one = $one
  one.n += 1
  reset
  one.n += 1                       # error: [object-replaced]
  printk "%d", replaced($one)

  at = $one.at
  one = $one
  one.at = Inner.new(x: 5)
  printk "%d", at.x                # error: [object-replaced]
  printk "%d", one.at.x
  at = one.at
  one.replace!
  at.x += 1                        # error: [object-replaced]

  first, second = $many[0], $many[1]
  $many[1] = Slot.new
  printk "%d", first.n
  printk "%d", second.n            # error: [object-replaced]
  $many[id & 3] = Slot.new
  printk "%d", first.n             # error: [object-replaced]
  list = $list
  $list = [3, 4]
  printk "%d", list[0]             # error: [object-replaced]
end
raw_tracepoint "sys_exit" do |regs, ret|
  if slot = SLOTS[pid]
    SLOTS[pid] = Slot.new(n: slot.n + 1)
    printk "%d", slot.n            # error: [object-replaced]
  end
  third = (SLOTS[1] ||= Slot.new)
  SLOTS[2] = Slot.new
  OTHER[1] = Slot.new
  third.n += 1 if third
  CPU[0] = Slot.new
  mine = CPU[0]
  printk "%d", mine.n
  3.times do
    printk "%d", mine.n            # error: [object-replaced]
    CPU[0] = Slot.new(n: 1)
  end
  SLOTS.each do |key, other|
    OTHER[key] = Slot.new
    other.n += 1
    SLOTS[key] = Slot.new
    other.n += 1                   # error: [object-replaced]
  end
  e = Slot.new(n: 1)
  at = e.at
  e.at = Inner.new(x: 3)
  printk "%d %d", at.x, e.at.x     # error: [object-replaced]
  made = (SLOTS[3] = Slot.new)
  made.n += 1                      # error: [changed-after-stored]
end
