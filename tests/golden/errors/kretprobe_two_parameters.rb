license "GPL"
kretprobe "tcp_connect" do |sk, ret|  # error: [too-many-parameters]
  printk "%d", ret
end
