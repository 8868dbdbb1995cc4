license "GPL"

M = hash(:u32 => :u64)

tracepoint "sched:sched_switch" do |sw|
  x = M[pid] + 1  # error: [maybe-nil]
  printk "%d", x
end
