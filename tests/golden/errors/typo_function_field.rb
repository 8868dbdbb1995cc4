license "GPL"
fentry "tcp_connect" do |sk|
  printk "%d", ntohs(sk.skc_dport)  # error: [no-field]
end
