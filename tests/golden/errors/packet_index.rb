license "GPL"

$sum = 0

xdp do |pkt|
  e = pkt.eth
  next :pass unless e
  6.times { |i| $sum += e.h_dest[i] }
  6.times { |i| e.h_dest[i] = 3 }
  e.h_dest["a"] = 3 # error: [index-type]
  e.h_dest[pkt.u8(0)] = 3 # error: [maybe-nil]
  e.h_dest[pkt.size] = 256 # error: [header-constant]
  $sum += e.h_dest[pkt.size] # error: [maybe-nil]
  $sum += e.h_source[6] # error: [index-outside]
  e.h_dest = 5 # error: [header-address]
  :pass
end
