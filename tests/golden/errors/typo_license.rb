licence "GPL"  # error: [unknown-hook]
kprobe "tcp_connect" do |sk|
  printk "%d", pid
end
