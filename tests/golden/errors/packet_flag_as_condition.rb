license "GPL"

xdp do |pkt|
  t = pkt.tcp
  next :drop if t && t.syn # error: [integer-condition]
  :pass
end
