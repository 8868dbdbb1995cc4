license "GPL"
def twice(&block) = block.call  # error: [block-parameter]
kprobe("tcp_connect") { |sk| printk "%d", 1 if twice == 1 }
