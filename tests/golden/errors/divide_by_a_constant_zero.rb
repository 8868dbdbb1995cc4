license "GPL"
SAMPLE = 0
kprobe("tcp_connect") { |sk| printk "%d", pid if pid % SAMPLE == 0 }  # error: [division-by-zero]
