license "GPL"
kprobe "tcp_connect" do |sk|
  3.times { printk "%d", _1 }  # error: [numbered-parameter]
end
