license "GPL"
syscall_return "getpid" do |ret|
  puts(ret) { 5 }  # error: [no-block]
end
