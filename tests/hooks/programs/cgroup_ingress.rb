# UDP packets are counted by what they carry; those marked with 0 or longer than 200 bytes of IP are dropped.
license "GPL"

$packets = 0
$bytes = 0
$longest = 0

cgroup_ingress do |packet|
  $packets += 1
  $bytes += packet.len
  next true unless packet.protocol == 0x0800
  printk "in %d protocol %x on %d", packet.len, ntohs(packet.protocol), packet.ifindex
  packet.len <= 200
end
