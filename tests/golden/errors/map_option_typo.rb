license "GPL"

M = hash(:u32 => :u64, sise: 64)  # error: [map-option]

tracepoint "sched:sched_switch" do |sw|
  M[pid] = 1
end
