license "GPL"

M = hash(:u32 => :u64)

tracepoint "sched:sched_switch" do |sw|
  M[pid] &&= 1  # error: [map-and-set]
end
