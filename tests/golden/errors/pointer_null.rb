license "GPL"
kprobe "tcp_connect" do |sk|
  next if sk == 0  # error: [never-equal]
  printk "%d", pid
end
