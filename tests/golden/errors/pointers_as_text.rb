license "GPL"

syscall "connect" do |fd, address|
  puts address.sin_port   # error: [no-field]
  puts address.family     # error: [no-field]
end

syscall "open", "openat" do |directory, filename|  # the second has the argument elsewhere
  puts "x" if filename == "/etc/passwd"  # error: [never-equal]
end

syscall "unlink" do |path|
  puts "x" if path.start_with?("/etc")   # error: [no-method]
end
