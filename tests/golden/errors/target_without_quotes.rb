license "GPL"
kprobe tcp_connect do |sk|  # error: [hook-target]
  printk "%d", pid
end
