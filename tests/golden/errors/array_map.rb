license "GPL"
kprobe "tcp_connect" do |sk|
  twice = [1, 2, 3].map { |i| i * 2 }  # error: [array-at-run-time]
end
