license "GPL"

M = hash(:u32 => :u64)

tracepoint "sched:sched_switch" do |sw|
  x = M[1]
  M[x] = 1  # error: [maybe-nil]
end
