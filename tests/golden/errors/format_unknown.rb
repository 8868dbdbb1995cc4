license "GPL"
syscall_return "getpid" do |ret|
  printk("%f", "x")  # error: [format-unknown]
end
