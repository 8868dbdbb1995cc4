license "GPL"
syscall "getpid" do
  poll  # error: [process]
  wait  # error: [process]
  every(3) { }  # error: [process]
  attach :other  # error: [process]
  symbolize(3)  # error: [process]
  columns(pid: 7)  # error: [process]
  json?  # error: [process]
  top { }  # error: [process]
  duration(nsecs)  # error: [process]
end
