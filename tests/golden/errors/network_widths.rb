license "GPL"
fentry "tcp_connect" do |sk|
  printk("x") if sk.__sk_common.skc_dport == sk.__sk_common.skc_daddr  # error: [network-widths]
end
