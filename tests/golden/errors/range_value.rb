license "GPL"
syscall_return "getpid" do |ret|
  r = 1..5  # error: [range-value]
end
