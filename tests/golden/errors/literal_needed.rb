license "GPL"
syscall_return "getpid" do |ret|
  printk("x") if comm.start_with?(comm)  # error: [literal-needed]
end
