license "GPL"
syscall_return "getpid" do |ret|
  printk("%d", NOT_A_CONSTANT_AT_ALL)  # error: [undefined-constant]
end
