license "GPL"
syscall_return "getpid" do |ret|
  x = send_signal("nine")  # error: [helper-argument]
end
