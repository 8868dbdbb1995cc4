xdp do |pkt|
  :drop if pkt.ingress_ifindex == 1  # error: [result-nil]
end
