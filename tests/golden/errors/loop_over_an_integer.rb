license "GPL"
kprobe "tcp_connect" do |sk|
  for i in 10 do  # error: [not-iterable]
    printk "%d", i
  end
end
