license "GPL"
syscall_return "getpid" do |ret|
  printk("%d", ret.abs { 1 })  # error: [no-block]
end
