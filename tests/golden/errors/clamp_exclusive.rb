license "GPL"
kprobe "tcp_connect" do |sk|
  n = pid.clamp(0...10)  # error: [clamp-exclusive]
end
