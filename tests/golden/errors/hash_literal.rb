license "GPL"
kprobe "tcp_connect" do |sk|
  counts = {}  # error: [hash-literal]
  counts[pid] = 1
end
