license "GPL"
kprobe "tcp_connect" do |sk|
  next unless pid  # error: [integer-condition]
  printk "%d", pid
end
