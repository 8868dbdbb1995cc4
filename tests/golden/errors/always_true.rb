license "GPL"
syscall_return "getpid" do |ret|
  printk("x") if comm  # error: [always-true]
end
