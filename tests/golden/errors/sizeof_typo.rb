license "GPL"
kprobe "tcp_connect" do |sk|
  printk "%d", sizeof("struct sokc")  # error: [no-type]
end
