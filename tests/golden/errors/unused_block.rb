license "GPL"
def plain(x) = x + 1
kprobe "tcp_connect" do |sk|
  printk "%d", plain(1) { 3 }
end
