license "GPL"
syscall "openat" do |filename|
  printk "%s", ustr(filename, 64)  # error: [narrow-pointer]
end
