license "GPL"

M = hash  # error: [map-open]

tracepoint "sched:sched_switch" do |sw|
  printk "%d", pid
end
