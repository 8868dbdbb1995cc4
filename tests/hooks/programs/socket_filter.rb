# The first 10 bytes of packets of more than 40 bytes, nothing of others.
license "GPL"

$packets = 0

socket_filter do |packet|
  $packets += 1
  printk "length %d", packet.len
  packet.len > 40 ? 10 : 0
end
