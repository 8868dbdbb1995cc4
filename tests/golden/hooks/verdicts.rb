# The kernel's own names for what a program of packets decides.
license "GPL"

xdp do |packet|
  udp = packet.udp
  next XDP_PASS unless udp
  udp.dest == 4000 ? XDP_DROP : XDP_PASS
end

tc_ingress do |packet|
  packet.size > 1500 ? TC_ACT_SHOT : TC_ACT_OK
end
