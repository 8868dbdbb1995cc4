license "GPL"
kprobe "tcp_connect" do |sk|
  printk "%d", pid if comm == :ssh  # error: [symbol]
end
