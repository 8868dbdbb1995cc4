license "GPL"
syscall_return "getpid" do |ret|
  printk("%d", current_task.pid.x)  # error: [no-method] `x`
end
