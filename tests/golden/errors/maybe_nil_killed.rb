license "GPL"
syscall_return "getpid" do |ret|
  x = nil
  x = 5 if ret == 1
  next unless x
  x = nil if ret == 2
  printk("%d", x)  # error: [maybe-nil] `x`
end
