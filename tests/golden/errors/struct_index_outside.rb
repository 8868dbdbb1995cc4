license "GPL"

class Event
  attr :pid, :u32
  attr :comm, [:char, 16]
  attr :hits, [:u32, 8]
  attr :small, :u8
  attr :addr, :ip4
end

tracepoint "sched:sched_switch" do |sw|
  e = Event.new(pid: 1)
  e.hits[8] = 1  # error: [index-outside]
end
