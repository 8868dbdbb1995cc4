license "GPL"
syscall_return "getpid" do |ret|
  printk("%d", ret == 0)  # error: [format-bool]
end
