license "GPL"
kprobe "ip_setsockopt" do |sk, level, optname, optval|  # error: [aggregate-parameter]
  printk "%d", optname
end
