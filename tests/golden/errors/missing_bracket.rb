license "GPL"
kprobe "tcp_connect" do |sk|
  ports = [80, 443
end  # error: [syntax]
