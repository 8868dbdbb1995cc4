license "GPL"

xdp do |pkt|
  a = pkt.u8(-1) # error: [packet-offset]
  b = pkt.u32(65535) # error: [packet-offset]
  t = pkt.tcp
  c = pkt.u8(t.dest) if t # error: [packet-offset]
  d = pkt.u16(pkt.u8(0)) # error: [maybe-nil]
  :pass
end
