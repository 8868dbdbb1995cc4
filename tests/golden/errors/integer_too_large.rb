license "GPL"
syscall_return "getpid" do |ret|
  printk("%d", 18446744073709551616)  # error: [integer-too-large]
end
