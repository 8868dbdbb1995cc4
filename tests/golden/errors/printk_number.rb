license "GPL"
kprobe "tcp_connect" do |sk|
  printk pid  # error: [printk-format]
end
