A = A + 1  # error: [constant-of-itself]
license "GPL"
syscall_return "getpid" do |ret|
  printk("%d", A)
end
