license "GPL"
syscall_return "getpid" do |ret|
  printk("%d", pid(1))  # error: [wrong-arguments] `pid` takes 0
end
