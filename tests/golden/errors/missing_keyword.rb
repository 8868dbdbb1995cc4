def add(a, by:)
  a + by
end
license "GPL"
syscall_return "getpid" do |ret|
  printk("%d", add(1))  # error: [missing-keyword] by:
end
