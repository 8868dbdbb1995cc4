license "GPL"
syscall_return "getpid" do |ret|
  total = 1
  printk("%d", totla + total)  # error: [undefined-name] `totla`
end
