license "GPL"
kprobe "tcp_connect" do |sk|
  3.times { |i| redo if i == 1 }  # error: [redo]
end
