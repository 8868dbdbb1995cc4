license "GPL"
xdp(attach: 5) { |pkt| :pass }  # error: [hook-flag] `attach:`
