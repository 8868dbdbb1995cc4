license "GPL"
syscall_return "getpid" do |ret|
  printk("x") if ret && pid == 1  # error: [integer-condition] `ret`
end
