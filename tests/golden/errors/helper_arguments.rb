license "GPL"
syscall_return "getpid" do |ret|
  x = send_signal(1, 2)  # error: [helper-arguments] takes 1
end
