license "GPL"
def scale(x, factor:) = x * factor
kprobe("tcp_connect") { |sk| printk "%d", scale(pid, facter: 2) }  # error: [unknown-keyword]
