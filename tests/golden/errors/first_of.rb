license "GPL"
kprobe first_of("tcp_connect") do |sk|  # error: [first-of]
  printk "%d", sk.sk_protocol
end
kprobe first_of("tcp_con*", "tcp_connect") do |sk|  # error: [first-of-pattern]
  printk "%d", sk.sk_protocol
end
