license "GPL"

M = hash(:u32 => :u64)

tracepoint "sched:sched_switch" do |sw|
  printk "%d", M.size  # error: [map-count]
end
