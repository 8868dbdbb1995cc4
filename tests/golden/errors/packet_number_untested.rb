license "GPL"

xdp do |pkt|
  pkt.u8(23) == 17 && pkt.u16(36) > 53 ? :drop : :pass # error: [maybe-nil]
end
