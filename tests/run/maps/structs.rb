# runs: 1 2 3 1 2 9
license "GPL"
class Inner
  attr :a, :u8
  attr :b, :i16
end
class Event
  attr :pid, :u32
  attr :name, [:char, 10]
  attr :n, :u64
  attr :inner, Inner
  attr :seen, [:u32, 4]
  attr :ok, :bool
end
KEPT = hash(:u32 => Event)
EVENTS = ringbuf Event
BY = hash(Inner => :u64, default: 0)
PAIRS = hash([:u8, :u64] => :u32, default: 0)
$n = 0
$b = 0
$e = 0
$same = 0
raw_tracepoint "sys_enter" do |regs, id|
  inner = Inner.new(a: id, b: -id)
  BY[inner] += 1
  PAIRS[id, id * 3] += 2
  EVENTS << Event.new(pid: id, name: "hello", n: id + 5, inner: inner, ok: id == 2)
  e = Event.new(name: "a longer text than fits", n: 1)
  e.pid = id
  e.inner.b = 300
  e.seen[1] = id
  e.seen[id & 3] = 8
  EVENTS << e
  if k = KEPT[id]
    k.n += 10
    k.seen[2] += 1
    k.inner.a = k.inner.a + 255
    $n = k.n
    $b = k.inner.b
    $e = k.seen[id & 3]
    $same = k.name == "a longer " ? 1 : 2
    EVENTS << k
  else
    KEPT[id] = Event.new(pid: id, name: "x", n: 3, inner: Inner.new(b: -2))
  end
end
