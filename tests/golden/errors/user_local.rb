license "GPL"
threshold = 100
kprobe "tcp_connect" do |sk|
  next if pid < threshold  # error: [user-local]
  printk "%d", pid
end
