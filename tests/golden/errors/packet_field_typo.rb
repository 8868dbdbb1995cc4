license "GPL"

xdp do |pkt|
  if ip = pkt.ipv4
    next :drop if ip.src == 0x0a000001 # error: [no-field]
    next :drop if ip.tos_ == 1 # error: [no-field]
  end
  :pass
end
