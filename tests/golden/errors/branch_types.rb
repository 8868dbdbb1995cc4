license "GPL"
syscall_return "getpid" do |ret|
  x = if ret == 0 then 1 else "one" end  # error: [branch-types]
end
