license "GPL"
kprobe "tcp_connect" do |sk|
  `logger connect`  # error: [backticks]
end
