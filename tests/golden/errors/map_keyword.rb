license "GPL"

COUNTS = hash(:u32 => :u64, size:)  # error: [map-keyword]

tracepoint "sched:sched_switch" do |event|
  COUNTS[pid] = 1
end
