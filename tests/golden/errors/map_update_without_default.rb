license "GPL"

COUNTS = hash(:u32 => :u64)

tracepoint "sched:sched_switch" do |sw|
  COUNTS[pid] += 1  # error: [map-update-default]
end
