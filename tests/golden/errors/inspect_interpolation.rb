license "GPL"
syscall_return "getpid" do |ret|
  p "returned #{ret}"  # error: [inspect-interpolation]
end
