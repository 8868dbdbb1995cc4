license "GPL"
kprobe "tcp_connect" do |sk|
  if (pid == 1) {  # error: [syntax]
    printk("%d", pid)
  }
end
