license "GPL"
fentry "tcp_connect" do |sk|
  x = htons(sk.__sk_common.skc_dport)  # error: [already-network]
end
