license "GPL"

$seen = 0

tc_egress do |packet|
  return :pipe if packet.protocol != 0x88b5
  $seen += 1
  printk "frame of %d on %d", packet.len, packet.ifindex
  if packet.len > 100
    :shot
  elsif packet.cb[0] == 1
    :stolen
  elsif packet.tc_index == 9
    :reclassify
  else
    :unspec
  end
end
