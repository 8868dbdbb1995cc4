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
  M[pid].pid += 1  # error: [maybe-nil]
end
