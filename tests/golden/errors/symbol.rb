license "GPL"
syscall_return "getpid" do |ret|
  x = :pass  # error: [symbol]
end
