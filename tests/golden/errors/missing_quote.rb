license "GPL"
kprobe "tcp_connect" do |sk|
  printk "one  # error: [syntax]
end
