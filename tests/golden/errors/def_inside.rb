license "GPL"
kprobe "tcp_connect" do |sk|
  def helper(x) = x  # error: [nested-def]
  printk "%d", pid
end
