license "GPL"
syscall "openat" do |dfd, filename, flags|
  printk "for writing" if flags & O_WRONLY  # error: [integer-condition]
end
