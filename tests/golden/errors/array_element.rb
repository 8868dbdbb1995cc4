license "GPL"
syscall_return "getpid" do |ret|
  a = ["x", 2]  # error: [array-element]
end
