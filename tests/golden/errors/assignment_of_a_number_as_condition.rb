license "GPL"
kprobe "tcp_connect" do |sk|
  if n = 5  # error: [integer-condition]
    printk "%d", n
  end
end
