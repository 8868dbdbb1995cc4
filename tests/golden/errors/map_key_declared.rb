license "GPL"

M = hash(:u32 => :u64)

tracepoint "sched:sched_switch" do |sw|
  M[comm] = 1  # error: [stored-type]
end
