license "GPL"

COUNTS = hash

tracepoint "sched:sched_switch" do |sw|
  COUNTS[pid] += 1  # error: [map-update-default]
end
