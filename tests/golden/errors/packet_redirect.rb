license "GPL"

xdp do |pkt|
  next redirect if pkt.ipv4 # error: [wrong-arguments]
  next redirect("eth0") if pkt.ipv6 # error: [helper-argument]
  :pass
end
