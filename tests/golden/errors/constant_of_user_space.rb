license "GPL"
LIMIT = 1 + Math.sqrt(4).to_i  # error: [user-space-name]
syscall "getpgid" do
  puts LIMIT
end
