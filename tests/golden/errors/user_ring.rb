license "GPL"
class Event
  attr :pid, :u32
end
EVENTS = ringbuf Event  # error: [not-yet]
kprobe "tcp_connect" do |sk|
  EVENTS << Event.new(pid: pid)  # error: [not-yet]
end
