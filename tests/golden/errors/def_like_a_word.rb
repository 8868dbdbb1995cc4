license "GPL"
def hash(x) = x * 31  # error: [reserved-name]
kprobe("tcp_connect") { |sk| printk "%d", hash(pid) }
