# In a loop the verifier first goes where the packet is too short, so that each turn is one state.
license "GPL"
tc_ingress do |pkt|
  n = pkt.len.clamp(0, 64)
  n.times { |i| pkt.set_u8(i, 0) }
  :ok
end
