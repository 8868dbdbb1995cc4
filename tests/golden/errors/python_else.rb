license "GPL"
kprobe "tcp_connect" do |sk|
  n = 5 if pid == 1 else 6  # error: [begin-else]
end
