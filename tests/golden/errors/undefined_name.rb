license "GPL"
syscall_return "getpid" do |ret|
  printk("%d", totl)  # error: [undefined-name] `totl`
end
