license "GPL"
syscall_return "getpid" do |ret|
  printk("x") if field?(ret, :pid)  # error: [field-question]
end
