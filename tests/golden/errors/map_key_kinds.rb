license "GPL"

M = hash

tracepoint "sched:sched_switch" do |sw|
  M[pid] = 1
  M[comm] = 1  # error: [map-key-kinds]
end
