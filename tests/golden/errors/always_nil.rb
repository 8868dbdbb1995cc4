license "GPL"
syscall_return "getpid" do |ret|
  x = nil
  printk("%d", x + 1)  # error: [is-nil]
end
