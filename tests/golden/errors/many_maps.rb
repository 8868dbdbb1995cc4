license "GPL"

class Event
  attr :pid, :u32
  attr :name, [:char, 16]
end

COUNTS = hash
EVENTS = ringbuf Evnt  # error: [no-such-type]
STARTS = hash(:u32 => :u64, sise: 5)  # error: [map-option]

kprobe "tcp_connect" do |sk|
  COUNTS[pid] += 1  # error: [map-update-default]
  EVENTS << Event.new(pid: pid)
  STARTS[pid] = nsecs
  e = Event.new(pid: pid, nmae: comm)  # error: [no-struct-field]
  e.pid = 4
end
