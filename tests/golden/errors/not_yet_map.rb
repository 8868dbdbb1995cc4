COUNTS = hash default: 0  # error: [not-yet] `hash`
license "GPL"
syscall_return "getpid" do |ret|
  COUNTS[pid] += 1
  printk("%d", COUNTS[1])
end
