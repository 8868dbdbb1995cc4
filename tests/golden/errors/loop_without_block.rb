license "GPL"
kprobe "tcp_connect" do |sk|
  10.times.each { |i| printk "%d", i }  # error: [block-needed]
end
