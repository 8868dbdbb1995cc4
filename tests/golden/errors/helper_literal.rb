# options: kernel=6.1
license "GPL"
syscall_return "getpid" do |ret|
  c = comm
  x = strncmp("bash", c)  # error: [helper-literal]
end
