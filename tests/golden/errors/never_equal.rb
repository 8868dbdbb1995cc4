license "GPL"
syscall_return "getpid" do |ret|
  printk("x") if ret == "one"  # error: [never-equal]
end
