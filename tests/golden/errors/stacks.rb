license "GPL"
kprobe "tcp_connect" do |sk|
  id = kstack  # error: [not-yet]
end
