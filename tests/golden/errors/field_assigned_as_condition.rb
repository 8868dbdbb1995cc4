license "GPL"
kprobe "tcp_connect" do |sk|
  if sk.sk_mark = 5  # error: [kernel-write]
    printk "%d", pid
  end
end
