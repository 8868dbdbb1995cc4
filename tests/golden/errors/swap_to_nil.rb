license "GPL"
kprobe "tcp_connect" do |sk|
  left = pid
  right = nil
  3.times do
    printk "%d", left        # error: [maybe-nil]
    left, right = right, left
  end
end
