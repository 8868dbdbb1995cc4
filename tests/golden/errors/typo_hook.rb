license "GPL"
kprob "tcp_connect" do |sk|  # error: [unknown-hook]
  printk "%d", pid
end
