class Event
  attr :pid :u32  # error: [syntax]
end
xdp { |pkt| :pass }
