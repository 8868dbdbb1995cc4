license "GPL"
PORTS = { http: 80 }  # error: [hash-literal]
kprobe("tcp_connect") { |sk| printk "%d", PORTS[:http] }
