license "GPL"

xdp do |pkt|
  ip = pkt.ipv4
  next :drop if ip.ttl < 2 # error: [maybe-nil]
  :pass
end
