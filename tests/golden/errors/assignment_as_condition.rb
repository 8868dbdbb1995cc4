license "GPL"
kprobe "tcp_connect" do |sk|
  if comm = "ssh"  # error: [always-true]
    printk "%d", pid
  end
end
