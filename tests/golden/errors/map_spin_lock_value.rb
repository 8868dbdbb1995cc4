license "GPL"

M = hash(:u32 => :spin_lock)  # error: [map-value-type]

tracepoint "sched:sched_switch" do |sw|
  M[pid] = 1
end
