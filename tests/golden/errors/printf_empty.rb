license "GPL"
syscall "getpid" do
  printf  # error: [printk-arguments]
  print  # error: [printk-arguments]
end
