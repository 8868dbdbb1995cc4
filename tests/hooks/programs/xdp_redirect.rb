# Frames of the experimental protocol go out of the interface that the map names; others, and those without one, pass.
license "GPL"

OUT = devmap(4)
$seen = 0

xdp do |packet|
  eth = packet.eth
  next :pass unless eth && eth.h_proto == 0x88b5
  $seen += 1
  redirect_map(OUT, 0, :pass)
end
