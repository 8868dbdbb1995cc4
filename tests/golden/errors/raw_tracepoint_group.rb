license "GPL"
raw_tracepoint "sched:sched_switch" do |preempt, prev, following|  # error: [no-tracepoint]
  printk "%d", prev.pid
end
