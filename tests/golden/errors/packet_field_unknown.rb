license "GPL"

xdp do |pkt|
  next :drop if pkt.len > 1500 # error: [no-context-field]
  next :drop if pkt.ip4 # error: [no-context-field]
  next :drop if pkt.dst_port == 80 # error: [no-context-field]
  :pass
end
