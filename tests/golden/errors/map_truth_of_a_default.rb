license "GPL"

M = hash default: 0

tracepoint "sched:sched_switch" do |sw|
  printk "hit" if M[pid]  # error: [integer-condition]
end
