xdp { |pkt| true }  # error: [result-type]
