license "GPL"
def one = _1  # error: [numbered-parameter]
kprobe "tcp_connect" do |sk|
  3.times { printk "%d", _1 }
  3.times { printk "%d", it }  # error: [numbered-parameter]
  printk "%d", one
end
