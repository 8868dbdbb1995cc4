license "GPL"

A = array(:u64, 4)

tracepoint "sched:sched_switch" do |sw|
  A[4] = 1  # error: [map-index-outside]
end
