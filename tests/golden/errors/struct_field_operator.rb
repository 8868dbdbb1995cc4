license "GPL"

class Event
  attr :pid, :u32
  attr :comm, [:char, 16]
  attr :hits, [:u32, 8]
  attr :small, :u8
  attr :addr, :ip4
end

M = hash(:u32 => Event)

tracepoint "sched:sched_switch" do |sw|
  if e = M[pid]
    e.pid *= 2  # error: [map-operator]
  end
end
