license "GPL"

M = hash(default: "none")  # error: [map-default]

tracepoint "sched:sched_switch" do |sw|
  M[pid] = 1
end
