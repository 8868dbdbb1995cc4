license "GPL"
tracepoint first_of("sched:sched_switched", "sched:sched_switch") do |event|
  printk "%d", event.next_pid
end
