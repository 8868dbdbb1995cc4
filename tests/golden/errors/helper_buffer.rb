license "GPL"
kprobe "tcp_connect" do |sk|
  probe_read_kernel(sk, 4, sk)  # error: [helper-argument]
  probe_read_kernel(comm, sk)  # error: [helper-fills]
end
