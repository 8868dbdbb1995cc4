license "GPL"
fentry "tcp_connect" do |sk|
  printk("%d", sk.__sk_common.skc_dport + 1)  # error: [network-order]
end
