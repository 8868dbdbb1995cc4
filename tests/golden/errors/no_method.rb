license "GPL"
syscall_return "getpid" do |ret|
  printk("%d", ret.evn?)  # error: [no-method] `evn?`
end
