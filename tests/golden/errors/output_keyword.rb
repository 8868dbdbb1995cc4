license "GPL"
syscall_return "getpid" do |ret|
  puts "text", ending: ""  # error: [unknown-keyword]
end
