license "GPL"
syscall "openat" do |fd, path|
  name = ustr(path, 256)
  printk "x" if name.start_with?(name) && name.end_with?(name)
  printk "y" if comm.include?(name)  # error: [sought-too-long]
end
