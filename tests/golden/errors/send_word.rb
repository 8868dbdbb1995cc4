license "GPL"
kprobe "tcp_connect" do |sk|
  printk "%d", pid.send(:succ)  # error: [send]
end
