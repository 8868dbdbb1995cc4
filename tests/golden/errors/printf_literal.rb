license "GPL"
syscall "getpid" do
  printf comm, 5  # error: [printk-format]
  printf "#{pid} %d\n", 5  # error: [printk-format]
end
