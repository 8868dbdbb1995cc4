license "GPL"
kprobe "tcp_connect" do |sk|
  // who connects  # error: [syntax]
  printk "%d", pid
end
