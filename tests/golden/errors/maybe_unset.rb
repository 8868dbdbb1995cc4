license "GPL"
kprobe "tcp_connect" do |sk|
  n = 5 if uid == 0
  printk "%d", n  # error: [maybe-nil]
end
