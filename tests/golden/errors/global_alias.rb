license "GPL"
class Slot
  attr :n, :u64
end
$one  = Slot.new(n: 3)
$two  = Slot.new
$many = Array.new(4) { Slot.new }
$list = [1, 2]
$copy = [0, 0]
SLOTS = hash(:u32 => Slot)
raw_tracepoint "sys_enter" do |regs, id|
  $one = $many[0]                                  # error: [global-alias]
  $two = $one                                      # error: [global-alias]
  $many[1] = $one                                  # error: [global-alias]
  $many[0], $many[1] = $many[1], $many[0]          # error: [global-alias] # error: [global-alias]
  $copy = $list                                    # error: [global-alias]
  slot = SLOTS[1]
  if slot
    $one = slot                                    # error: [global-alias]
    $one = Slot.new(n: slot.n)
    $many[2] = slot
  end
  SLOTS[1] = $one
  made = Slot.new(n: 1)
  $one = made
end
