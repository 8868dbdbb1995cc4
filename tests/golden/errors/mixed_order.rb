license "GPL"
fentry "tcp_connect" do |sk|
  printk("x") if sk.__sk_common.skc_dport == pid  # error: [mixed-order]
end
