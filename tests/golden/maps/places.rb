# Queues, rings, prefixes, filters: every kind of declaration that stands without a probe's help, and one with.
license "GPL"
class Event
  attr :pid, :u32
  attr :comm, [:char, 16]
end
WAITING = queue(:u64, 64)
UNDO = stack
SEEN = bloom_filter(:u32, 1000)
EVENTS = ringbuf Event, size: 100_000
OLD = perf_buffer Event
ROUTES = lpm_trie(:ip4 => :u32, size: 64)
RECENT = lru_hash(:u32 => Event, size: 1 << 8, pin: "recent")
PER = percpu_hash(:u32 => :u64, default: 0)
SLOTS = percpu_array(:u32, 8)
syscall "getpid" do
  WAITING << nsecs
  if t = WAITING.pop
    UNDO.push(t)
  end
  SEEN << pid unless SEEN.include?(pid)
  OLD << Event.new(pid: pid, comm: comm)
  EVENTS.reserve do |e|
    next if pid == 1
    e.pid = pid
    e.comm = comm
  end
  if way = ROUTES[htonl(0x7f000001)]
    PER[way] *= 3
    SLOTS[way & 7] |= 1
  end
  RECENT[pid] ||= Event.new(pid: pid)
  if e = RECENT[pid]
    e.pid += 1
    OLD << e
  end
end
