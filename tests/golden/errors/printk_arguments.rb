license "GPL"
syscall_return "getpid" do |ret|
  printk  # error: [printk-arguments]
end
