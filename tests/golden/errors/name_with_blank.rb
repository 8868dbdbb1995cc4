license "GPL"
kprobe "tcp_connect", name: "my probe" do |sk|  # error: [hook-name]
  printk "%d", pid
end
