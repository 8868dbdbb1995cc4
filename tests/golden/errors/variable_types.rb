license "GPL"
syscall_return "getpid" do |ret|
  x = 1
  x = "one"  # error: [variable-types] `x`
  printk("%d", x)
end
