license "GPL"
kprobe "tcp_connect" do |sk|
  n = [1, 2, 3][cpu]
  printk "%d", n + 1  # error: [maybe-nil]
end
