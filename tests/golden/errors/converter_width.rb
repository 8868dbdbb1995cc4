license "GPL"
fentry "tcp_connect" do |sk|
  printk("%d", ntohl(sk.__sk_common.skc_dport))  # error: [converter-width] 16 bits
end
