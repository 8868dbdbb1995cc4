license "GPL"
kprobe "tcp_connect" do |sk|
  super  # error: [super]
end
