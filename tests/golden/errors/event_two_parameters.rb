license "GPL"
tracepoint "sched:sched_switch" do |prev, following|  # error: [too-many-parameters]
  printk "%d", pid
end
