xdp do |pkt|
  next :drop if pkt.tcp  # error: [not-yet] `tcp` of a packet
  :pass
end
