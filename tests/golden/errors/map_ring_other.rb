license "GPL"

class Event
  attr :pid, :u32
  attr :comm, [:char, 16]
  attr :hits, [:u32, 8]
  attr :small, :u8
  attr :addr, :ip4
end

R = ringbuf Event

class Other
  attr :x, :u8
end

tracepoint "sched:sched_switch" do |sw|
  R << Other.new(x: 1)  # error: [ring-record]
end
