license "GPL"
syscall "openat" do |dfd, filename, flags|
  next if filename == "/etc/passwd"  # error: [never-equal]
  next if comm == 5  # error: [never-equal]
  printk "%s", str(filename, 64)  # error: [user-pointer]
  printk "%d %d", comm, flags  # error: [format-type]
  name = ustr(filename, 10_000)  # error: [string-size]
  printk "%s", comm.upcase  # error: [no-method]
end
