def add(a, b) = a + b
license "GPL"
syscall_return "getpid" do |ret|
  printk("%d", add(1))  # error: [wrong-arguments]
end
