license "GPL"
kprobe "tcp_connect" do |sk|
  pid.times { |i| printk "%d", i }  # error: [unbounded-loop]
end
