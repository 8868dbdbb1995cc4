license "GPL"
kprobe "tcp_connect" do |sk|
  copy = comm.dup  # error: [object-word]
end
