license "GPL"
kprobe "tcp_connect" do |sk|
  p sk  # error: [not-yet]
end
