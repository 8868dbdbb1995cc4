license "GPL"
def add(a, b) = a + b  # error: [no-method]
kprobe("tcp_connect") { |sk| printk "%d", add(comm, 1) }
