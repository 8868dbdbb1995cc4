license "GPL"
kprobe "tcp_connect", sleepable: true do |sk|  # error: [not-sleepable]
  printk "%d", pid
end
