license "GPL"

M = hash(:u32 => :u64, size: 0)  # error: [map-size]

tracepoint "sched:sched_switch" do |sw|
  M[pid] = 1
end
