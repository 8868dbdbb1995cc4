license "GPL"
kprobe "tcp_connect" do |sk|
  printk("%d", pid
end  # error: [syntax]
