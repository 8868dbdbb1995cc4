license "GPL"
kprobe "tcp_connect" do |sk|
  3.times(&handler)  # error: [block-argument]
end
