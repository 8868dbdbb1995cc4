license "GPL"

$total = 0
$count = 0
$mean = 0
$offset = 0

socket_filter do |packet|
  $total += packet.len
  $count += 1
  $mean = $total / $count
  $offset = (packet.len - $mean) / 4
  packet.len
end
