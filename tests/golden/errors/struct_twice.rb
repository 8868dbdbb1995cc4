class Event
  attr :pid, :u32
end
class Event  # error: [struct-twice]
  attr :uid, :u32
end
xdp { |pkt| :pass }
