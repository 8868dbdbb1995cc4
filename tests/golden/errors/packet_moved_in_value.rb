license "GPL"

xdp do |pkt|
  e = pkt.eth
  next :pass unless e
  e.h_dest[0] = xdp_adjust_head(-8) == 0 ? 1 : 2 # error: [header-moved]
  :tx
end
