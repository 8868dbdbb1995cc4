license "GPL"

Q = queue(:u64, 8)

tracepoint "sched:sched_switch" do |sw|
  Q[0] += 1  # error: [no-map-update]
end
