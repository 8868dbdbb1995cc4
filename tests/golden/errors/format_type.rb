license "GPL"
syscall_return "getpid" do |ret|
  printk("%s", ret)  # error: [format-type]
end
