license "GPL"
syscall_return "getpid" do |ret|
  printk("%d", 2 ** -1)  # error: [negative-exponent]
end
