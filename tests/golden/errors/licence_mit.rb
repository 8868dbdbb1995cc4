license "MIT"
kprobe "tcp_connect" do |sk|
  printk "%d", pid  # error: [helper-license]
end
