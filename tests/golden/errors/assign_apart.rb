license "GPL"
kprobe "tcp_connect" do |sk|
  a, b = pid  # error: [assign-unknown]
end
