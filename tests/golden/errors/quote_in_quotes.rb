license "GPL"
kprobe "tcp_connect" do |sk|
  printk 'it's %d', pid  # error: [syntax]
end
