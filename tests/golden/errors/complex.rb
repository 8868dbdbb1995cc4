license "GPL"
kprobe "tcp_connect" do |sk|
  z = 3i  # error: [complex]
end
