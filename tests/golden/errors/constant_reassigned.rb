license "GPL"
PORT = 80
PORT = 443  # error: [constant-twice]
kprobe("tcp_connect") { |sk| printk "%d", PORT }
