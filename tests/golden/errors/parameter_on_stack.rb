license "GPL"
kprobe "udp_tunnel_xmit_skb" do |rt, sk, skb, src, dst, tos, ttl|  # error: [parameter-on-stack]
  printk "%d", ttl
end
