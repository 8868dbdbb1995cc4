license "GPL"
syscall "sys_openat" do |dfd, filename|  # error: [no-syscall]
  printk "%s", ustr(filename, 64)
end
