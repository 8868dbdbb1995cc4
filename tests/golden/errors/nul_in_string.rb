license "GPL"
syscall_return "getpid" do |ret|
  printk("x") if comm == "a\0b"  # error: [nul-in-string]
end
