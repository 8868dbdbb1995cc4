license "GPL"
kprobe "tcp_connect" do |sk|
  printk "%d", nil  # error: [is-nil]
end
