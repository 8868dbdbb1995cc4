license "GPL"
kprobe "tcp_connect" do |sk|
  send_signal(sk)  # error: [helper-argument]
end
