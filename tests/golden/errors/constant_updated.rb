license "GPL"
LIMIT = 5
LIMIT += 1  # error: [constant-twice]
kprobe "tcp_connect" do |sk|
  printk "%d", LIMIT
end
