license "GPL"
kprobe "" do |sk|  # error: [hook-target]
  printk "%d", pid
end
