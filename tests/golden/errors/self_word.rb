license "GPL"
kprobe "tcp_connect" do |sk|
  printk "%d", self.pid  # error: [self]
end
