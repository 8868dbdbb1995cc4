# options: kernel=6.1
license "GPL"
syscall_return "getpid" do |ret|
  c = comm
  x = strncmp(c, 30, "bash")  # error: [helper-size] 16 bytes
end
