xdp { |pkt| :drip }  # error: [unknown-result] `:drip`
