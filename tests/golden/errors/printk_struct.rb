license "GPL"
kprobe "tcp_connect" do |sk|
  printk "%s", sk  # error: [format-pointer]
end
