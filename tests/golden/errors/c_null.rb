license "GPL"
kprobe "tcp_connect" do |sk|
  next if sk == NULL  # error: [undefined-constant]
  printk "%d", pid
end
