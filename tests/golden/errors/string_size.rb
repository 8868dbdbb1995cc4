license "GPL"
fentry "tcp_connect" do |sk|
  printk("%s", str(sk.__sk_common.skc_prot.name, 10_000))  # error: [string-size]
end
