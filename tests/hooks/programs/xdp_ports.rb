# Datagrams to port 5300, of IPv4 and IPv6, are dropped and counted; the others pass.
license "GPL"

$dropped = 0
$passed = 0
$from = 0

xdp do |packet|
  udp = packet.udp
  next :pass unless udp
  if udp.dest == 5300
    $dropped += 1
    next :drop
  end
  $passed += 1
  if ip = packet.ipv4
    $from = ntohl(ip.saddr)
  end
  :pass
end
