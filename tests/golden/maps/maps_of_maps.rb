# Maps found in maps: declared by a template, filled by name, used through a test or where every slot is filled.
license "GPL"
class Slot
  attr :calls, :u64
  attr :last, [:char, 16]
end
EVENTS = ringbuf Slot
A = array(:u64, 8)
B = array(:u64, 8)
BY_CPU = array_of_maps(array(:u64, 8), 0 => A, 1 => B)
USERS = hash_of_maps(:u32 => lru_hash(:u32 => Slot, size: 100), size: 64)
OPEN = array_of_maps(hash(default: 0), 4)
RINGS = array_of_maps(ringbuf(Slot), 2, 0 => EVENTS)
syscall "getpid" do
  BY_CPU[cpu & 1][pid & 7] += 1
  if calls = USERS[uid]
    if slot = calls[pid]
      slot.calls += 1
    else
      calls[pid] = Slot.new(last: comm)
    end
  end
  OPEN[1]&.delete("init")
  next unless counts = OPEN[cpu]
  counts[comm] += 1
  next unless ring = RINGS[cpu & 1]
  ring << Slot.new(calls: 1, last: comm)
  ring.reserve { |e| e.calls = counts[comm] }
end
