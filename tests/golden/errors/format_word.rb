license "GPL"
kprobe "tcp_connect" do |sk|
  text = format("%d", pid)  # error: [format-word]
end
