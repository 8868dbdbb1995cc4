license "GPL"
kprobe "tcp_connect" do |sk|
  a, b = pid, uid, gid  # error: [assign-count]
end
