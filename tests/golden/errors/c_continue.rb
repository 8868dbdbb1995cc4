license "GPL"
kprobe "tcp_connect" do |sk|
  3.times do |i|
    continue if i == 1  # error: [undefined-name]
    printk "%d", i
  end
end
