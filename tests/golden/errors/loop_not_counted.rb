license "GPL"
kprobe "tcp_connect" do |sk|
  i = 0
  while i < 10  # error: [unbounded-loop]
    printk "%d", i
  end
end
