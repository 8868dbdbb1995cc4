license "GPL"
PORT = option :port, :u16  # error: [not-yet]
kprobe "tcp_connect" do |sk|
  next if PORT && PORT != ntohs(sk.__sk_common.skc_dport)
  printk "%d", pid
end
