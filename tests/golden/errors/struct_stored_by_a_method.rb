license "GPL"

class Event
  attr :pid, :u32
  attr :comm, [:char, 16]
  attr :hits, [:u32, 8]
  attr :small, :u8
  attr :addr, :ip4
end

R = ringbuf Event

def send_it(e)
  R << e
end

tracepoint "sched:sched_switch" do |sw|
  e = Event.new(pid: pid)
  send_it(e)
  e.pid = 1  # error: [changed-after-stored]
end
