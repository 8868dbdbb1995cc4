license "GPL"
syscall_return "getpid" do |ret|
  printk(ret)  # error: [printk-format]
end
