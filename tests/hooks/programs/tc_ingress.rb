# Frames of the experimental protocol are dropped when long, and marked otherwise.
license "GPL"

$seen = 0

tc_ingress do |packet|
  next :ok unless packet.protocol == 0x88b5
  $seen += 1
  printk "frame of %d, protocol %x", packet.len, ntohs(packet.protocol)
  packet.mark = 7
  packet.len > 100 ? :shot : :ok
end
