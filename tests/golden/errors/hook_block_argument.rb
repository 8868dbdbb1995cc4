license "GPL"
kprobe "tcp_connect", &handler  # error: [hook-block-argument]
