class Event
  attr :pid, :u32
  include Comparable  # error: [struct-body]
end
xdp { |pkt| :pass }
