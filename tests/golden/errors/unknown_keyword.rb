def add(a, by: 1)
  a + by
end
license "GPL"
syscall_return "getpid" do |ret|
  printk("%d", add(1, bye: 2))  # error: [unknown-keyword] `bye:`
end
