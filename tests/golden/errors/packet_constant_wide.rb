license "GPL"

xdp do |pkt|
  ip = pkt.ipv4
  next :pass unless ip
  ip.ttl = 256 # error: [header-constant]
  ip.ihl = 16 # error: [header-constant]
  ip.ttl = "64" # error: [context-value]
  :pass
end
