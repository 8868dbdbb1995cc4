license "GPL"

$sum = 0

xdp do |pkt|
  e = pkt.eth
  next :pass unless e
  6.times { |i| $sum += e.h_dest[i] } # error: [header-index]
  $sum += e.h_source[6] # error: [index-outside]
  e.h_dest = 5 # error: [header-address]
  :pass
end
