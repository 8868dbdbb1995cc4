license "GPL"

xdp do |pkt|
  i = pkt.icmp
  next :pass unless i
  i.un.ecko.id == 7 ? :drop : :pass # error: [no-field]
end
