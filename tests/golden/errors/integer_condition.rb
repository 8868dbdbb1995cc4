license "GPL"
syscall_return "getpid" do |ret|
  printk("x") if ret  # error: [integer-condition] `ret`
end
