license "GPL"
kprobe "tcp_connect" do |sk|
  mask = 0xfg  # error: [syntax]
end
