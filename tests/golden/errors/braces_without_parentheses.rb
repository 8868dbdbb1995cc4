license "GPL"
kprobe "tcp_connect" { |sk| printk "%d", pid }  # error: [syntax]
