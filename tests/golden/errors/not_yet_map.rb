COUNTS = hash default: 0
license "GPL"
syscall_return "getpid" do |ret|
  printk("%d", COUNTS[1])  # error: [not-yet] `hash`
end
