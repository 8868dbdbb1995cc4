license "GPL"
kprobe "tcp_connect" do |sk|
  printk "größe %d", pid  # error: [format-character]
end
