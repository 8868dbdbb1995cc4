license "GPL"
license "MIT"  # error: [license-twice]
xdp { |pkt| :pass }
