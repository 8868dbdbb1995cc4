license "GPL"
kprobe "tcp_connect" do |sk|
  printk "%.2f", 1.5  # error: [float]
end
