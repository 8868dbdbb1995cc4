license "GPL"
kprobe "tcp_connect" do |sk|
  limit = pid
  case uid
  when *limit then printk "x"  # error: [when-splat]
  end
end
