license "GPL"
kprobe "tcp_connect" do |sk|
  send_signal(**options)  # error: [hash-splat]
end
