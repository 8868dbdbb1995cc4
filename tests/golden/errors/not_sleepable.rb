license "GPL"
xdp(sleepable: true) { |pkt| :pass }  # error: [not-sleepable]
