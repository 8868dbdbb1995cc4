license "GPL"
syscall_return "getpid" do |ret|
  printk("%d", current_task.comm.size)
  printk("%d", current_task.cpus_mask.bits[100000])  # error: [index-outside]
end
