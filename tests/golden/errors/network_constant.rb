license "GPL"
fentry "tcp_connect" do |sk|
  printk("x") if sk.__sk_common.skc_dport == 70000  # error: [network-constant] 70000
end
