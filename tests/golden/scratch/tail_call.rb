license "GPL"

class Table
  attr :seen, [:u32, 130]
end

NEXT = prog_array(xdp, 0 => :second)

xdp name: :first do |packet|
  t = Table.new
  t.seen[packet.rx_queue_index & 127] = packet.ingress_ifindex
  tail_call NEXT, 0
  t.seen[1] == 1 ? :drop : :tx
end

xdp name: :second, attach: false do |packet|
  t = Table.new
  t.seen[packet.rx_queue_index & 127] = packet.ingress_ifindex
  t.seen[1] == 1 ? :drop : :tx
end
