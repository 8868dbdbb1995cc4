license "GPL"
kprobe "tcp_connect" do |sk|
  probe_read_kernel(sk, 4, sk)  # error: [not-yet]
end
