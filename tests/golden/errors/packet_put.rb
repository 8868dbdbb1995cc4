license "GPL"
xdp do |pkt|
  pkt.set_u16(100, htons(4))  # error: [store-order]
  pkt.set_u8(1, 256)  # error: [header-constant]
  pkt.set_u8(70000, 4)  # error: [packet-offset]
  pkt.set_u8(1, comm)  # error: [context-value]
  pkt.set_u8(pkt.u8(3), 1)  # error: [maybe-nil]
  pkt.set_u8(1, pkt.u8(3))  # error: [maybe-nil]
  pkt.set_u8(1)  # error: [wrong-arguments]
  :pass
end
cgroup_ingress do |pkt|
  pkt.set_u8(1, 2)  # error: [packet-read-only]
  true
end
