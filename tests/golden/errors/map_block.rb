license "GPL"

M = hash { |h, k| 0 }  # error: [map-block]

tracepoint "sched:sched_switch" do |sw|
  M[pid] = 1
end
