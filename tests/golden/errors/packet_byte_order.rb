license "GPL"

$port = 0

xdp do |pkt|
  t = pkt.tcp
  next :pass unless t
  $port = t.dest # error: [global-type]
  next :drop if t.dest > 1023 # error: [network-order]
  port = 80 + $port
  next :drop if t.source == port # error: [mixed-order]
  t.dest = port # error: [store-order]
  t.window = ntohs(t.window) # error: [store-order]
  t.dest = 70000 # error: [header-constant]
  :pass
end
