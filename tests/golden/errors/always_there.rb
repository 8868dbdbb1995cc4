license "GPL"
class Rate
  attr :n, :u64
end
RATES = array(Rate, 2)
COUNTS = array(:u64, 2)
xdp do |packet|
  tcp = packet.tcp
  next :pass unless tcp
  if rate = RATES[0]
    rate.n += 1 if tcp && rate
  end
  made = Rate.new
  next :drop if made  # error: [always-true]
  next :drop if COUNTS[0]  # error: [integer-condition]
  :pass
end
