# runs: 1 2 3 4 5
license "GPL"
class Event
  attr :n, :u64
  attr :why, [:char, 4]
end
R = ringbuf Event
SEEN = hash(:u64 => :u64)
$after = 0
$known = 0

def checked(n)
  R.reserve do |e|
    return 100 if n == 3
    e.n = n
    e.why = "in"
  end
  n
end

raw_tracepoint "sys_enter" do |regs, id|
  $after += checked(id)
  ok = R.reserve do |e|
    next if id == 1
    v = SEEN[id - 1]
    next unless v
    e.n = v
    e.why = id == 4 ? "four" : "x"
  end
  $known += 1 if ok
  SEEN[id] = id * 10
  next if id == 5 && R << Event.new(n: 55)
  R << Event.new(n: SEEN[id] || 0, why: "end")
end
