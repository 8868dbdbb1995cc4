license "GPL"

tc_egress do |pkt|
  u = pkt.udp
  next :ok unless u
  l4_csum_replace(40, u.dest, htons(77), 2)
  u.dest = 77 # error: [header-moved]
  :ok
end
