license "GPL"

$sum = 0

xdp do |pkt|
  e = pkt.eth
  next :pass unless e
  3.times do
    $sum += e.h_dest[0] # error: [header-moved]
    xdp_adjust_head(2)
  end
  :pass
end
