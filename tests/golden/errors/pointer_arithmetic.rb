license "GPL"
kprobe "tcp_connect" do |sk|
  other = sk + 8  # error: [no-method]
end
