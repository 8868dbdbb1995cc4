# A firewall in front of one interface: pings are limited in size, some ports are shut, the rest passes.
#
#   rucy run xdp_firewall.rb --interface eth0

license "GPL"

SHUT = [23, 445, 3389]
LONGEST_PING = 1000

$dropped = 0
$pings = 0

def shut?(port)
  SHUT.include?(ntohs(port))
end

xdp do |packet|
  tcp = packet.tcp
  udp = packet.udp
  if (tcp && tcp.syn == 1 && shut?(tcp.dest)) || (udp && shut?(udp.dest))
    $dropped += 1
    next :drop
  end
  if packet.icmp || packet.icmp6
    $pings += 1
    next :drop if packet.size > LONGEST_PING
  end
  :pass
end
