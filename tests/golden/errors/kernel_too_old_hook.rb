# options: kernel=5.4
license "GPL"
fentry "tcp_connect" do |sk|  # error: [too-new]
  printk "%d", pid
end
