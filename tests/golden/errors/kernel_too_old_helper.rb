# options: kernel=5.10
license "GPL"
kprobe "tcp_connect" do |sk|
  printk "%d", get_func_ip  # error: [too-new]
end
