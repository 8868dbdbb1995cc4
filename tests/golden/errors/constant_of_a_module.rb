license "GPL"
kprobe "tcp_connect" do |sk|
  printk "%d", pid if sk.__sk_common.skc_family == Socket::AF_INET  # error: [undefined-constant]
end
