license "GPL"
["tcp_connect", "tcp_close"].each do |fn|
  kprobe fn do |sk|  # error: [declaration-place]
    printk "%d", pid
  end
end
