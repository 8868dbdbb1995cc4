license "GPL"

A = array(:u64, 4)

tracepoint "sched:sched_switch" do |sw|
  A[-1] = 1  # error: [map-index-outside]
end
