# Packets leave, are dropped, or leave with a congestion notice (2, 3), by their length.
license "GPL"

$packets = 0

cgroup_egress do |packet|
  $packets += 1
  printk "out %d", packet.len
  case packet.len
  when 0..100 then true
  when 101..200 then 3
  when 201..300 then 2
  else false
  end
end
