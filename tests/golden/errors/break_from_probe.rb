license "GPL"
kprobe "tcp_connect" do |sk|
  break if pid == 1  # error: [break-from-probe]
  printk "%d", pid
end
