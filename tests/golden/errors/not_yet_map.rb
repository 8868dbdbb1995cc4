license "GPL"

A = hash_of_maps(:u32 => array(:u64, 8))  # error: [not-yet]
B = user_ringbuf  # error: [not-yet]
C = arena  # error: [not-yet]

tracepoint "sched:sched_switch" do |sw|
  printk "%d", pid
end
