license "GPL"
kprobe "tcp_connect", nmae: :connects do |sk|  # error: [hook-option]
  printk "%d", pid
end
