license "GPL"
kprobe "tcp_connect" do |sk|
  printk "%d", sk.as("tcp_sock").snd_cwnd  # error: [no-type]
end
