license "GPL"
cgroup_egress do |skb|
  full = sk_fullsock(skb.sk)  # error: [maybe-null]
  true
end
fentry "filp_close" do |file|
  printk "%s", d_path(file.f_path)  # error: [maybe-null]
end
