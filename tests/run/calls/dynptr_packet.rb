# Dynptrs over packets: a header in place or copied, whatever pieces the packet is in.
# $port == 53
# $length == 72
# $skb_port == 53
# $size == 106
# $short
# $last == 63
# $changed == 5353
license "GPL"
class Udp
  attr :source, :be16
  attr :dest, :be16
  attr :len, :be16
  attr :check, :u16
end
class Byte
  attr :value, :u8
end
$port = 0
$length = 0
$skb_port = 0
$size = 0
$short = false
$last = 0
$changed = 0
UDP_AT = 34
xdp do |packet|
  d = bpf_dynptr_from_xdp(packet, 0)
  $size = d.size
  if udp = d.at(UDP_AT, Udp)
    $port = ntohs(udp.dest)
    $length = ntohs(udp.len)
  end
  $short = d.at(103, Udp).nil?
  if byte = d.read(d.size - 1, Byte)
    $last = byte.value
  end
  :pass
end
tc_ingress do |packet|
  d = bpf_dynptr_from_skb
  if udp = bpf_dynptr_slice(d, UDP_AT, Udp)
    $skb_port = ntohs(udp.dest)
  end
  header = Udp.new(source: 1234, dest: 5353, len: 72)
  bpf_dynptr_write(d, UDP_AT, header)
  if changed = d.read(UDP_AT, Udp)
    $changed = ntohs(changed.dest)
  end
  :ok
end
