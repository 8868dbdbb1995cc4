license "GPL"
PORTS = [80, 443]
kprobe "tcp_connect" do |sk|
  case ntohs(sk.__sk_common.skc_dport)
  when PORTS then printk "web"  # error: [list-without-splat]
  end
end
