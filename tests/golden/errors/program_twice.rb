license "GPL"
xdp(name: :same) { |pkt| :pass }
xdp(name: :same) { |pkt| :drop }  # error: [program-twice]
