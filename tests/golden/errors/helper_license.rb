license "MIT"
syscall_return "getpid" do |ret|
  printk("%d", ret)  # error: [helper-license] `printk`
end
