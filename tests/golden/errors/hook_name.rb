license "GPL"
xdp(name: 5) { |pkt| :pass }  # error: [hook-name]
