ZERO = 1 - 1
license "GPL"
syscall_return "getpid" do |ret|
  printk("%d", ret % ZERO)  # error: [division-by-zero]
end
