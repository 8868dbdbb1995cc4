license "GPL"
syscall "openat" do |dfd, filename|
  printk "%s", ustr(filename, 4097)  # error: [string-size]
end
