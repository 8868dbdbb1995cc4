license "GPL"

S = stats
M = hash(:u32 => :u64)

tracepoint "sched:sched_switch" do |sw|
  S << M[pid]  # error: [maybe-nil]
end
