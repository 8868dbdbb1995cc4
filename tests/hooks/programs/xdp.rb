# Frames that come on queue 0 of the tested interface are dropped, others take each of the other results.
license "GPL"

$frames = 0
$interface = 0

xdp do |packet|
  $frames += 1
  $interface = packet.ingress_ifindex
  case packet.rx_queue_index
  when 0 then :drop
  when 1 then :tx
  when 2 then :aborted
  when 3 then :redirect
  else :pass
  end
end
