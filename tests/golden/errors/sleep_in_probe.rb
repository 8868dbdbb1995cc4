license "GPL"
kprobe "tcp_connect" do |sk|
  sleep 1  # error: [process]
end
