$n = 1
license "GPL"
syscall_return "getpid" do |ret|
  $n *= 2  # error: [global-operator]
end
