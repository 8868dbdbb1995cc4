license "GPL"
def sum(*all) = 0  # error: [splat-parameter]
kprobe("tcp_connect") { |sk| printk "%d", sum(pid) }
