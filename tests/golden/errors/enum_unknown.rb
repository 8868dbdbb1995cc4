license "GPL"
kprobe "tcp_connect" do |sk|
  printk "%d", pid if enum?(:TCP_NOWHERE)
end
