license "GPL"
tracepoint("sched:sched_swich") { |e| 0 }  # error: [no-event] did you mean `sched:sched_switch`
