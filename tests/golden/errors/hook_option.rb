license "GPL"
xdp(interface: "eth0") { |pkt| :pass }  # error: [hook-option] `interface:`
