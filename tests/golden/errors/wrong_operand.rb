license "GPL"
syscall_return "getpid" do |ret|
  printk("%d", ret + "one")  # error: [wrong-operand]
end
