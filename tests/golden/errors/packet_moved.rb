license "GPL"

xdp do |pkt|
  ip = pkt.ipv4
  next :pass unless ip
  next :aborted if xdp_adjust_head(-4) != 0
  ip.ttl = 3 # error: [header-moved]
  :tx
end
