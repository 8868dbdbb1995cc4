license GPL  # error: [license-text]
xdp { |pkt| :pass }
