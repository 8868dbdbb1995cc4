license "GPL"

def grow
  xdp_adjust_head(-8)
end

xdp do |pkt|
  e = pkt.eth
  next :pass unless e
  next :drop if grow != 0
  e.h_proto = 0x0800 # error: [header-moved]
  :tx
end
