license "GPL"
kprobe "tcp_connect" do |sk|
  add = ->(a, b) { a + b }  # error: [lambda]
end
