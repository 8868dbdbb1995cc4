license "GPL"

xdp do |pkt|
  ip = pkt.ipv4
  ip = pkt.ipv6 if ip.nil? # error: [variable-types]
  :pass
end
