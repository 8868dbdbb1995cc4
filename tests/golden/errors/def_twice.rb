license "GPL"
def double(x) = x + x
def double(x) = x * 2  # error: [method-twice]
kprobe("tcp_connect") { |sk| printk "%d", double(pid) }
