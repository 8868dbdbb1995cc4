license "GPL"
syscall_return "getpid" do |ret|
  printk("%d", current_task.frob) if field?(current_task, :frob)
end
