license "GPL"
kprobe "tcp_connect" do |sk|
  loop do  # error: [unbounded-loop]
    printk "%d", pid
  end
end
