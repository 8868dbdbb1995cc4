license "GPL"
kprobe "tcp_connect" do |sk|
  next if rand(10) > 0  # error: [process]
  printk "%d", pid
end
