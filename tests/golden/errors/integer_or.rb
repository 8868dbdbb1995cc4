license "GPL"
kprobe "tcp_connect" do |sk|
  who = uid || 1000  # error: [integer-condition]
  printk "%d", who
end
