license "GPL"

M = hash  # error: [map-open]

tracepoint "sched:sched_switch" do |sw|
  printk "hit" if M.key?(pid)
end
