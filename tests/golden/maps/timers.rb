license "GPL"

class Flow
  attr :idle, :timer
  attr :guard, :spin_lock
  attr :packets, :u64
  attr :ended, :u64
end

FLOWS = hash([:ip4, :be16] => Flow, size: 1024)
$ended = 0

tc_ingress do |packet|
  ip, tcp = packet.ipv4, packet.tcp
  next :ok unless ip && tcp
  FLOWS[ip.saddr, tcp.source] ||= Flow.new
  flow = FLOWS[ip.saddr, tcp.source]
  next :ok unless flow
  lock(flow.guard) { flow.packets += 1 }
  after(flow.idle, 30_000_000_000) do |key, f|
    lock(f.guard) { f.ended = f.packets }
    $ended += 1
    FLOWS.delete(key[0], key[1])
  end
  timer_cancel(flow.idle) if tcp.rst != 0
  :ok
end
