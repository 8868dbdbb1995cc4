# Sockets that a context points to: the part that all have, and the full one.
license "GPL"

cgroup_connect4 do |c|
  printk "family %d type %d to %d", c.sk.family, c.sk.type, ntohs(c.user_port)
  true
end

cgroup_egress do |skb|
  sk = skb.sk
  next true unless sk
  if full = sk_fullsock(sk)
    printk "full %d protocol %d port %d", full.family, full.protocol, full.src_port
    printk "to %x", ntohl(full.dst_ip4)
  end
  true
end
