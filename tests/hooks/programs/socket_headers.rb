# What a packet socket's filter sees: Ethernet, IPv4 and UDP.
license "GPL"

$seen = 0
$kind = 0
$ttl = 0

socket_filter do |packet|
  udp = packet.udp
  next 0 unless udp && udp.dest == 5300
  $seen += 1
  eth = packet.eth
  $kind = ntohs(eth.h_proto) if eth
  ip = packet.ipv4
  $ttl = ip.ttl if ip
  0
end
