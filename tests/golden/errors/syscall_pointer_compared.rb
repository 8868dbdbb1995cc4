license "GPL"
syscall "openat" do |dfd, filename, flags|
  printk "passwd" if filename == "/etc/passwd"  # error: [never-equal]
end
