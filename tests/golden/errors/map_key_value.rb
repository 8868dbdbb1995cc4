license "GPL"

COUNTS = hash default: 0

tracepoint "sched:sched_switch" do |event|
  COUNTS[ctx] += 1  # error: [map-key-type]
end
