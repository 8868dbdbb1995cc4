# Frames of the experimental protocol go out of another interface, with another sender.
license "GPL"

$to = 0

tc_ingress do |packet|
  eth = packet.eth
  next :ok unless eth && eth.h_proto == 0x88b5 && $to != 0
  eth.h_source[5] = 0x77
  redirect($to)
end
