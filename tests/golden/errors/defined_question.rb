license "GPL"
kprobe "tcp_connect" do |sk|
  printk "%d", pid if defined?(sk)  # error: [defined]
end
