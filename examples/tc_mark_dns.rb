# Marks what asks a name server, so that routing or a queue can treat it on its own; counts by family.
#
#   rucy run tc_mark_dns.rb --interface eth0

license "GPL"

DNS = 53

$over_ipv4 = 0
$over_ipv6 = 0

tc_egress do |packet|
  udp = packet.udp
  next :ok unless udp && udp.dest == DNS
  packet.mark = 7
  if packet.ipv6
    $over_ipv6 += 1
  else
    $over_ipv4 += 1
  end
  :ok
end
