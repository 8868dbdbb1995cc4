$n = 0
license "GPL"
syscall_return "getpid" do |ret|
  $n = $n * 2  # error: [global-read-modify-write]
end
