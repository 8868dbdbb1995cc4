license "GPL"
tracepoint "sched/sched_switch" do |e|  # error: [no-event]
  printk "%d", e.prev_pid
end
