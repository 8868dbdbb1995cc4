license "GPL"
syscall_return "getpid" do |ret|
  x = "pid #{pid}"  # error: [interpolation]
end
