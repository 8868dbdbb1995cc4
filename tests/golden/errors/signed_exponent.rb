license "GPL"
syscall_return "getpid" do |ret|
  printk("%d", 2 ** ret)  # error: [signed-exponent] `ret`
end
