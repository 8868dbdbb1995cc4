license "GPL"
kprobe "tcp_connect" do |sk|
  ids = [1, 2]
  send_signal(*ids)  # error: [splat]
end
