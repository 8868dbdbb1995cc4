license "GPL"

SLOTS = percpu_array(:u64, 64)

tracepoint "sched:sched_switch" do |event|
  SLOTS[pid] *= 2  # error: [map-index-unproved]
end
