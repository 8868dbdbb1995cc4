# Datagrams to port 5302 go to 5301, with their checksum made right.
license "GPL"

$changed = 0

tc_ingress do |packet|
  ip = packet.ipv4
  udp = packet.udp
  next :ok unless ip && udp && udp.dest == 5302
  at = 14 + ip.ihl * 4
  old = udp.dest
  l4_csum_replace(at + 6, old, htons(5301), BPF_F_MARK_MANGLED_0 | 2)
  udp = packet.udp
  next :shot unless udp
  udp.dest = 5301
  $changed += 1
  :ok
end
