$n = 0
license "GPL"
syscall_return "getpid" do |ret|
  $n += true  # error: [global-update-type]
end
