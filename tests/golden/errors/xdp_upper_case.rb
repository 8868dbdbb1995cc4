xdp { |pkt| :PASS }  # error: [unknown-result]
