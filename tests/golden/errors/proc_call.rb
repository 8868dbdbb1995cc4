license "GPL"
kprobe "tcp_connect" do |sk|
  add = 1
  printk "%d", add.(1)  # error: [proc-call]
end
