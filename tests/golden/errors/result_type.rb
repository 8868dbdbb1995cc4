xdp { |pkt| "pass" }  # error: [result-type]
