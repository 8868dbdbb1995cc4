license "GPL"
kprobe "tcp_connect" do |sk|
  half = pid * 1/2r  # error: [rational]
end
