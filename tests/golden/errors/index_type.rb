license "GPL"
kprobe "tcp_connect" do |sk|
  printk "%d", [1, 2]["a"]  # error: [index-type]
end
