license "GPL"
kprobe "tcp_connect" do |sk|
  printk "done: 100%"  # error: [format-unknown]
end
