license "GPL"
syscall_return "getpid" do |ret|
  printk("%d %d %d %d", 1, 2, 3, 4)  # error: [format-too-many]
end
