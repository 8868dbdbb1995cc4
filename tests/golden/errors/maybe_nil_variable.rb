license "GPL"
syscall_return "getpid" do |ret|
  x = 5 if ret == 0
  printk("%d", x)  # error: [maybe-nil] `x`
end
