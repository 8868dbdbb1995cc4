license "GPL"
add = ->(a, b) { a + b }
kprobe("tcp_connect") { |sk| printk "%d", add.call(1, 2) }  # error: [user-local]
