license "GPL"

M = hash(:u32, :u64)  # error: [map-form]

tracepoint "sched:sched_switch" do |sw|
  M[pid] = 1
end
