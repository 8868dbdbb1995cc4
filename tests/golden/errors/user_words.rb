license "GPL"
syscall "getpid" do
  poll  # error: [process]
  wait  # error: [process]
  every(3) { }  # error: [process]
  attach :other  # error: [process]
  symbolize(3)  # error: [process]
  top { }  # error: [process]
  duration(nsecs)  # error: [process]
end
