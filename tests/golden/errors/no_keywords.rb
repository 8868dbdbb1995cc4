license "GPL"
kprobe "tcp_connect" do |sk|
  printk "%d", pid.succ(low: 1)  # error: [unknown-keyword]
  printk "%d", pid(of: 1)  # error: [unknown-keyword]
end
