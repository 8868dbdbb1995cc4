# options: kernel=5.4
license "GPL"
syscall_return "getpid" do |ret|
  puts ret  # error: [too-new]
end
