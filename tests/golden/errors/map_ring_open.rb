license "GPL"

RING = ringbuf  # error: [map-open]

tracepoint "sched:sched_switch" do |sw|
  printk "%d", pid
end
