class Event < Base  # error: [struct-parent]
  attr :pid, :u32
end
xdp { |pkt| :pass }
