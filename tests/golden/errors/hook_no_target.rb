license "GPL"
xdp("eth0") { |pkt| :pass }  # error: [hook-no-target]
