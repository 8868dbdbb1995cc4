license "GPL"
tp_btf("sched_swich") { |a| 0 }  # error: [no-tracepoint] did you mean `sched_switch`
