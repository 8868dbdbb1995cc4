license "GPL"

M = hash

tracepoint "sched:sched_switch" do |sw|
  M[pid] = nsecs
  M[pid] = comm  # error: [map-value-kinds]
end
