license "GPL"
kprobe "tcp_connect" do |sk|
  for a, b in [1, 2] do  # error: [for-targets]
    printk "%d", a
  end
end
