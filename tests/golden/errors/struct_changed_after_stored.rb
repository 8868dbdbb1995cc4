license "GPL"

class Event
  attr :pid, :u32
  attr :comm, [:char, 16]
  attr :hits, [:u32, 8]
  attr :small, :u8
  attr :addr, :ip4
end

R = ringbuf Event

tracepoint "sched:sched_switch" do |sw|
  e = Event.new(pid: pid)
  R << e
  e.pid = 1  # error: [changed-after-stored]
end
