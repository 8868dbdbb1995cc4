license "GPL"
kprobe "tcp_connect" do |sk|
  printk "who: " + comm  # error: [printk-format]
end
