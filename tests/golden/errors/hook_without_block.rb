license "GPL"
kprobe "tcp_connect"  # error: [hook-without-block]
