license "GPL"

SINCE = sk_storage(:u64)

tracepoint "sched:sched_switch" do |e|
  SINCE[e.prev_pid] = 1  # error: [helper-not-here]
end
