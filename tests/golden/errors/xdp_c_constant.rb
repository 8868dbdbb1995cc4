xdp { |pkt| XDP_PASS }  # error: [result-unproved]
