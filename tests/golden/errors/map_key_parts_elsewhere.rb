license "GPL"

M = hash

tracepoint "sched:sched_switch" do |sw|
  M[pid, tid] = 1
  M[pid] = 1  # error: [map-key-parts]
end
