license "GPL"

M = hash(:u8 => :u64)

tracepoint "sched:sched_switch" do |sw|
  M[300] = 1  # error: [stored-too-large]
end
