license "GPL"
kprobe "tcp_connect" do |sk|
  for (i = 0; i < 10; i++)  # error: [syntax]
    printk "%d", i
  end
end
