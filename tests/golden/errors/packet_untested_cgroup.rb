license "GPL"

cgroup_egress do |pkt|
  u = pkt.udp
  u.dest != 53 # error: [maybe-nil]
end
