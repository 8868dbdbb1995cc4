license "GPL"
syscall "openat" do |dfd, filename|
  printk "%s", ustr(filename, 4096)  # error: [string-size]
end
