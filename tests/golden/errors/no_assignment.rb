license "GPL"
syscall_return "getpid" do |ret|
  ret.x += 1  # error: [no-assignment]
end
