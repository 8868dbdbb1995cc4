license "GPL"
kprobe "tcp_connect" do |sk|
  pattern = /ssh/  # error: [regex]
end
