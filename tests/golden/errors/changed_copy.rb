license "GPL"
class Slot
  attr :n, :u64

  def bump! = self.n += 1
end
SLOTS = hash(:u32 => Slot)
def raise_by(slot, by)
  slot.n += by
end
syscall "getpid" do
  e = SLOTS[pid] || Slot.new
  printk "%d", e.n
  e.n += 1                         # error: [changed-copy]
  e.bump!                          # error: [changed-copy]
  raise_by(SLOTS[uid] || e, 3)     # error: [changed-copy]
  SLOTS[pid] = e
  f = (SLOTS[pid] ||= Slot.new)
  f.n += 1                         # error: [maybe-nil]
  f.n += 1 if f
end
