license "GPL"
syscall "openat" do |dfd, filename, flags|
  printk "%s", filename  # error: [format-pointer]
end
