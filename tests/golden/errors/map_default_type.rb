license "GPL"

M = hash(:u32 => [:char, 16], default: 0)  # error: [map-default]

tracepoint "sched:sched_switch" do |sw|
  M[pid] = comm
end
