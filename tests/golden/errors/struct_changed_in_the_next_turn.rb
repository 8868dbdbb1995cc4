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
  3.times do |i|
    e.pid = i  # error: [changed-after-stored]
    R << e
  end
end
