license "GPL"
kprobe "tcp_connect" do |sk|
  1_000_000_000.times { |i| printk "%d", i }  # error: [unbounded-loop]
end
