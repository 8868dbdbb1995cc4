$n = 0
license "GPL"
syscall_return "getpid" do |ret|
  $n = "text"  # error: [global-type]
end
