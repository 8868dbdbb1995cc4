license "GPL"
kprobe "tcp_connect" do |sk|
  printk "%d", pid if type?("tcp_sock")
end
