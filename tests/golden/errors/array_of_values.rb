license "GPL"
kprobe "tcp_connect" do |sk|
  ids = [pid, uid]  # error: [array-element]
end
