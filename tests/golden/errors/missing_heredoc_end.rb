license "GPL"
kprobe "tcp_connect" do |sk|
  printk <<TEXT, pid  # error: [syntax]
  %d
end
