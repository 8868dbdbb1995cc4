license "GPL"

M = hash default: 1

tracepoint "sched:sched_switch" do |sw|
  M[pid] *= 2  # error: [map-operator]
end
