license "GPL"
class Slot
  attr :n, :u3  # error: [attr-type]
end
SLOTS = hash(:u32 => Slot)
RECENT = lru_hash([:u32, Slot] => :u64)
FIXED = array(Slot, 4)
raw_tracepoint "sys_enter" do |regs, id|
  SLOTS[1] = Slot.new(n: 1)
end
