license "GPL"
fentry "tcp_connect" do |sk|
  printk("%d", sk.sk_protocl)  # error: [no-field]
  printk("%d %d", pid)  # error: [format-count]
  next if sk.sk_mark  # error: [integer-condition]
  printk("%d", ntohl(sk.__sk_common.skc_dport))  # error: [converter-width]
end
