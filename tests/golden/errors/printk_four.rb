license "GPL"
kprobe "tcp_connect" do |sk|
  printk "%s %d %d %d", comm, pid, uid, gid  # error: [format-too-many]
end
