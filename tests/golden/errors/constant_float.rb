license "GPL"
RATIO = 1.5  # error: [float]
kprobe("tcp_connect") { |sk| printk "%d", pid * RATIO }
