license "GPL"
syscall_return "getpid" do |ret|
  printk("%d", sizeof(:sock))  # error: [type-question]
end
