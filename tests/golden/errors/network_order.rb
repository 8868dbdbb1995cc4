license "GPL"
fentry "tcp_connect" do |sk|
  printk("%d", sk.__sk_common.skc_dport)  # error: [network-order] `sk.__sk_common.skc_dport`
end
