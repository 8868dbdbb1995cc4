license "GPL"
syscall_return "getpid" do |ret|
  x = p(ret, pid)  # error: [inspect-value]
  p x
end
