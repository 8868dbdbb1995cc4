license "GPL"
kprobe "tcp_connect" do |sk|
  File.write("/tmp/log", "connect")  # error: [user-space-name]
end
