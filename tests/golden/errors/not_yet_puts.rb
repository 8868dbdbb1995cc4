license "GPL"
syscall_return "getpid" do |ret|
  puts "hello"  # error: [not-yet] `puts`
end
