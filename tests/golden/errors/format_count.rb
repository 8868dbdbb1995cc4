license "GPL"
syscall_return "getpid" do |ret|
  printk("%d %d", ret)  # error: [format-count]
end
