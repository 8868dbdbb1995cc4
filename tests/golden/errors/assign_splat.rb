license "GPL"
kprobe "tcp_connect" do |sk|
  first, *rest = pid, uid, gid  # error: [assign-splat]
end
