license "GPL"
class Point
  attr :x, :i32
  attr :y, :i32
  def len2 = x * x + self.y * y
  def move(dx, dy)
    self.x += dx
    self.y = y + dy
  end
  def to_s; "#{x}, #{'%f' % y}"; end
end
class Event
  attr :pid, :u32
  attr :at, Point
  attr :comm, [:char, 16]
  attr :hits, [:u32, 8]
  attr :ok, :bool
  attr :addr, :ip4
end
EVENTS = ringbuf Event
BY = hash
syscall "getpid" do
  p = Point.new(x: 3, y: -4)
  p.move(1, 2)
  ev = Event.new(pid: pid, at: p, comm: comm, ok: true, addr: 5)
  ev.hits[0] = 3
  ev.hits[pid & 7] += 1
  ev.at.x = p.len2
  EVENTS << ev
  BY[pid] = ev
  if f = BY[3]
    f.pid += 1
    f.at.x += 4
    f.hits[2] |= 1
    f.ok = false
    f.comm = "hello"
    x = f.hits[pid]
    f.pid = x if x
  end
  EVENTS << Event.new(pid: 1, at: Point.new(x: 1))
  EVENTS.reserve { |r| r.pid = 4; r.comm = comm }
end
