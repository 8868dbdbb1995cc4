xdp do |pkt|
  pkt.len > 1500 ? :drop : :pass  # error: [no-context-field]
end
