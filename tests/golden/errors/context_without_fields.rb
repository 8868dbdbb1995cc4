license "GPL"
raw_tracepoint "sched_switch" do |preempt|
  printk "%d", ctx.pid  # error: [no-context-field]
end
