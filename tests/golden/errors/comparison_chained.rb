license "GPL"
kprobe "tcp_connect" do |sk|
  printk "%d", pid if 0 < pid < 10  # error: [no-method]
end
