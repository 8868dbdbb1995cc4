license "GPL"
def between(x, low, high) = x >= low && x <= high
kprobe("tcp_connect") { |sk| printk "%d", pid if between(pid, 10) }  # error: [wrong-arguments]
