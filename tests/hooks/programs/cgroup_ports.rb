# Datagrams to port 5300 do not leave.
license "GPL"

$refused = 0

cgroup_egress do |packet|
  udp = packet.udp
  next true unless udp && udp.dest == 5300
  $refused += 1
  false
end
