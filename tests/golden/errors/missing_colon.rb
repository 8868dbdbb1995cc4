license "GPL"
kprobe "tcp_connect" do |sk|
  n = pid == 1 ? 2  # error: [syntax]
end
