license "GPL"
syscall_return "getpid" do |ret|
  printk("x") if field?(current_task, "pid")  # error: [field-question]
end
