#: xdp: headers and results
#! packets = tcp4(dport=443), tcp4(dport=80), udp4(dport=443), arp(), tcp4(dport=443)[:40]
#! values = 1, 2, 2, 2, 2
xdp do |pkt|
  next :pass unless t = pkt.tcp
  next :drop if t.dest == 443
  :pass
end

#: xdp: IPv4 options move the header
#! packets = tcp4(dport=443, options=b"\1\1\1\0"), tcp4(dport=443, options=bytes(40))
#! values = 1, 1
xdp do |pkt|
  ip = pkt.ipv4
  next :pass unless ip
  $a = ip.ihl                                          #=> 6, 15
  t = pkt.tcp
  next :aborted unless t
  $b = ntohs(t.dest)                                   #=> 443, 443
  :drop
end

#: xdp: VLAN tags
#! packets = tcp4(dport=22, vlan=5), tcp4(dport=22)
#! values = 1, 2
xdp do |pkt|
  v = pkt.vlan
  $a = v ? 1 : 0                                       #=> 1, 0
  $b = v ? ntohs(v.h_vlan_TCI) & 0xFFF : 0             #=> 5, 0
  $c = pkt.ipv4 ? 1 : 0                                #=> 1, 1
  t = pkt.tcp
  next :pass unless t && v
  $d = ntohs(t.dest)                                   #=> 22, 22
  :drop
end

#: xdp: IPv6
#! packets = tcp6(dport=22), udp6(dport=53), tcp4()
#! values = 1, 2, 2
xdp do |pkt|
  $a = pkt.ipv6 ? 1 : 0                                #=> 1, 1, 0
  $b = pkt.ipv4 ? 1 : 0                                #=> 0, 0, 1
  if ip = pkt.ipv6
    $c = ip.nexthdr                                    #=> 6, 17, 17
    $d = ip.hop_limit                                  #=> 9, 9, 9
  end
  u = pkt.udp
  $e = u ? ntohs(u.dest) : 0                           #=> 0, 53, 0
  next :drop if pkt.ipv6 && pkt.tcp
  :pass
end

#: xdp: fragments have no transport header
#! packets = tcp4(frag=100), tcp4(frag=0), icmp4()
#! values = 2, 1, 2
xdp do |pkt|
  $a = pkt.ipv4 ? 1 : 0                                #=> 1, 1, 1
  $b = pkt.icmp ? 1 : 0                                #=> 0, 0, 1
  pkt.tcp ? :drop : :pass
end

#: xdp: numbers at offsets are what the wire means
#! packets = udp4(dport=0x1234), udp4()[:20]
#! values = 2, 2
xdp do |pkt|
  $a = pkt.u16(12) || 0                                #=> 0x0800, 0x0800
  $b = pkt.u8(14) || 0                                 #=> 0x45, 0x45
  $c = pkt.u32(30) || 0                                #=> 0x0A000002, 0
  $d = pkt.u64(26) || 0                                #=> 0x0A0000010A000002, 0
  $e = pkt.u16(36) || 0                                #=> 0x1234, 0
  $f = pkt.u8(10_000) || 7                             #=> 7, 7
  $g = pkt.size                                        #=> 50, 20
  :pass
end

#: xdp: a header at an offset
#! packets = udp4(dport=9)
#! values = 2
xdp do |pkt|
  if ip = pkt.at("struct iphdr", 14)
    $a = ip.ttl                                        #=> 64
    $b = ip.protocol == IPPROTO_UDP                    #=> True
    off = 14 + ip.ihl * 4
    if u = pkt.at("struct udphdr", off)
      $c = ntohs(u.dest)                               #=> 9
    end
  end
  :pass
end

#: xdp: writes and :tx
#! packets = udp4()
#! values = 3
#! packet_out = (p := bytearray(udp4(src="10.0.0.2", dst="10.0.0.1")), p.__setitem__(slice(0, 12), p[6:12] + p[:6]), p.__setitem__(22, 63), bytes(p))[3]
xdp do |pkt|
  e = pkt.eth
  ip = pkt.ipv4
  next :pass unless e && ip
  b = e.h_dest
  e.h_dest = e.h_source
  e.h_source = b
  ip.ttl -= 1
  s = ip.saddr
  ip.saddr = ip.daddr
  ip.daddr = s
  :tx
end

#: xdp: a port rewritten with its checksum
#! packets = udp4(dport=1000)
#! values = 2
#! packet_out = (p := bytearray(udp4(dport=2000)), p.__setitem__(slice(40, 42), bytes(2)), bytes(p))[2]
xdp do |pkt|
  if u = pkt.udp
    u.dest = htons(2000)
    u.check = 0
  end
  :pass
end

#: xdp: the head moves and the headers are taken again
#! packets = udp4(dport=7)
#! values = 2
xdp do |pkt|
  next :aborted if xdp_adjust_head(-8) != 0
  $a = pkt.size                                        #=> 58
  next :aborted if xdp_adjust_head(8) != 0
  if u = pkt.udp
    $b = ntohs(u.dest)                                 #=> 7
  end
  :pass
end

#: a header used after the packet moved
xdp do |pkt|
  if u = pkt.udp
    xdp_adjust_head(4)
    $a = ntohs(u.dest)                                 # error: again
  end
  :pass
end

#: a header that is not tested
xdp do |pkt|
  $a = pkt.ipv4.ttl                                    # error: nil
  :pass
end

#: a byte that is not tested
xdp do |pkt|
  $a = pkt.u8(3) + 1                                   # error: nil
  :pass
end

#: xdp: a result that is not
xdp do |pkt|
  :ok                                                  # error: :pass, :drop, :tx, :aborted
end

#: xdp: a path without a result
xdp do |pkt|
  next :drop if pkt.tcp                                # error: :pass
end

#: network order against a host number
xdp do |pkt|
  port = pkt.u16(36) || 0
  t = pkt.tcp
  next :pass unless t
  t.dest == port ? :drop : :pass                       # error: ntohs
end

#: network order in arithmetic
xdp do |pkt|
  t = pkt.tcp
  next :pass unless t
  $a = t.dest + 1                                      # error: ntohs
  :pass
end

#: network order of a host number stored
xdp do |pkt|
  t = pkt.tcp
  next :pass unless t
  t.dest = pkt.size                                    # error: htons
  :pass
end

#: network order of literals, in case and lists
#! packets = tcp4(dport=443), tcp4(dport=22), tcp4(dport=1)
#! values = 1, 3, 2
xdp do |pkt|
  t = pkt.tcp
  next :pass unless t
  case t.dest
  when 443, 80 then :drop
  when 22 then :tx
  else :pass
  end
end

#: tc: results, mark, protocol
#! hook = tc
#! packets = tcp4(dport=443), tcp4(dport=22), udp4()
#! values = 2, 0, 3
tc_ingress do |pkt|
  $a = pkt.protocol == ETH_P_IP                        #=> True
  pkt.mark = 7
  $b = pkt.mark                                        #=> 7
  $c = pkt.len == pkt.size                             #=> True
  next :pipe if pkt.udp
  t = pkt.tcp
  next :shot if t && t.dest == 443
  :ok
end

#: tc: a rewritten address with its checksums
#! hook = tc
#! packets = tcp4(dport=443)
#! values = 0
#! packet_out = (p := bytearray(tcp4(dport=443, dst="10.0.0.99")), p.__setitem__(slice(50, 52), (0xABCD - 97).to_bytes(2, "big")), bytes(p))[2]
NEW = 0x0A000063
tc_egress do |pkt|
  ip = pkt.ipv4
  next :ok unless ip && pkt.tcp
  old = ip.daddr
  to = htonl(NEW)
  l4_csum_replace(14 + 20 + 16, old, to, 0x10 | 4)
  l3_csum_replace(14 + 10, old, to, 4)
  if ip = pkt.ipv4
    ip.daddr = to
  end
  :ok
end

#: tc: writes through headers
#! hook = tc
#! packets = udp4()
#! values = 0
#! packet_out = (p := bytearray(udp4()), p.__setitem__(22, 1), bytes(p))[2]
tc_ingress do |pkt|
  if ip = pkt.ipv4
    ip.ttl = 1
  end
  :ok
end

#: tc: a context field that is read-only
tc_ingress do |pkt|
  pkt.len = 5                                          # error: len
  :ok
end

#: tc: a protocol in arithmetic
tc_ingress do |pkt|
  $a = pkt.protocol + 1                                # error: ntohs
  :ok
end

#: socket filter: bytes to keep
#! hook = socket
#! packets = udp4(dport=53), udp4(dport=54), arp()
#! values = 20, 0, 0
socket_filter do |pkt|
  u = pkt.udp
  next 0 unless u
  u.dest == 53 ? 20 : 0
end

#: socket filter: the whole of some packets, by its size
#! hook = socket
#! packets = udp4(dport=53), udp4(dport=54), arp()
#! values = 36, 20, 0
socket_filter do |pkt|
  n = pkt.size
  u = pkt.udp
  next 0 unless u
  u.dest == 53 ? n : [n, 20].min
end

#: socket filter: a write
socket_filter do |pkt|
  if ip = pkt.ipv4
    ip.ttl = 1                                         # error: *
  end
  0
end

#: cgroup: starts at L3
#! hook = cgroup
#! packets = udp4(dport=53), udp4(dport=54)
#! values = 0, 1
cgroup_ingress do |pkt|
  $a = pkt.eth.nil?                                    #=> True
  u = pkt.udp
  $b = pkt.ipv4 ? 1 : 0                                #=> 1
  next false if u && u.dest == 53
  true
end

#: cgroup: a write
cgroup_ingress do |pkt|
  if ip = pkt.ipv4
    ip.ttl = 1                                         # error: *
  end
  true
end

#: per-source counting
#! packets = udp4(), udp4(), udp4(src="10.0.0.9")
#! values = 2, 1, 2
#! SEEN = {"10.0.0.1": 2, "10.0.0.9": 1}
SEEN = hash(:ip4 => :u64, size: 16, default: 0)
xdp do |pkt|
  ip = pkt.ipv4
  next :pass unless ip
  SEEN[ip.saddr] += 1
  SEEN[ip.saddr] > 1 ? :drop : :pass
end

#: a literal address and a mask
#! packets = udp4(), udp4(src="10.9.0.9"), udp4(src="192.168.1.1")
#! values = 1, 1, 2
xdp do |pkt|
  ip = pkt.ipv4
  next :pass unless ip
  ntohl(ip.saddr) >> 24 == 10 ? :drop : :pass
end

#: redirect
#! packets = udp4()
#! values = 4
xdp do |pkt|
  redirect(1)
end

#: ICMP
#! packets = icmp4(), udp4()
#! values = 1, 2
xdp do |pkt|
  i = pkt.icmp
  next :pass unless i
  $a = i.type                                          #=> 8, 8
  i.type == 8 ? :drop : :pass
end

#: ICMPv6
#! packets = icmp6(), udp6()
#! values = 1, 2
xdp do |pkt|
  (i = pkt.icmp6) && i.icmp6_type == 128 ? :drop : :pass
end

#: a loop over a packet's bytes
#! packets = udp4(payload=b"abc\n"), udp4(payload=bytes(300))
#! values = 1, 2
xdp do |pkt|
  n = 0
  i = 42
  while i < 400
    b = pkt.u8(i)
    break unless b
    n += 1
    return :drop if b == 10
    i += 1
  end
  $a = n                                               #=> 0, 300
  :pass
end

#: methods that take headers
#! packets = tcp4(dport=22, sport=1)
#! values = 1
def wanted?(t) = t.dest == 22 && t.source == 1
def flagged(pkt)
  t = pkt.tcp
  return false unless t
  wanted?(t) && t.syn == 1
end
xdp do |pkt|
  flagged(pkt) ? :drop : :pass
end

#: large scratch in xdp
#! packets = udp4()
#! values = 2
class Big
  attr :a, [:u64, 400]
end
xdp do |pkt|
  b = Big.new
  i = 0
  while i < 400
    b.a[i] = (pkt.u8(i) || 1) * i
    i += 1
  end
  $a = b.a.sum > 0                                     #=> True
  :pass
end

#: cgroup hooks load
#! load = 1
cgroup_connect4 do |ctx|
  next false if ctx.user_port == 25
  ctx.user_port = htons(26)
  true
end
cgroup_sysctl do |ctx|
  ctx.write == 0
end

#: network order of a context's field
cgroup_connect4 do |ctx|
  next false if ctx.user_port < 1024                   # error: ntohs
  true
end

#: a header that is tested twice
#! packets = tcp4(dport=22), udp4()
#! values = 1, 2
xdp do |pkt|
  t = pkt.tcp
  next :pass unless t
  if t && t.dest == 22
    return :drop unless t.nil?
  end
  :pass
end

#: early next with values in many places
#! packets = udp4(dport=1), udp4(dport=2), tcp4()
#! values = 1, 3, 2
def decide(u)
  return :drop if u.dest == 1
  u.dest == 2 ? :tx : :pass
end
xdp do |pkt|
  u = pkt.udp or next :pass
  decide(u)
end

#: a result through a variable
#! packets = udp4(dport=1), udp4(dport=2), tcp4()
#! values = 1, 2, 2
xdp do |pkt|
  verdict = :pass
  if u = pkt.udp
    verdict = :drop if u.dest == 1
  end
  verdict
end

#: a result by case on a port range
#! packets = udp4(dport=1), udp4(dport=2000), udp4(dport=65535)
#! values = 1, 2, 3
xdp do |pkt|
  next :aborted unless u = pkt.udp
  case ntohs(u.dest)
  when 0..1023 then :drop
  when 1024...65535 then :pass
  else :tx
  end
end

#: result in an inner block
#! packets = udp4(dport=7), udp4(dport=8)
#! values = 1, 2
BAD = [1, 7, 9]
xdp do |pkt|
  u = pkt.udp
  next :pass unless u
  BAD.each { |p| return :drop if ntohs(u.dest) == p }
  :pass
end

#: a list of ports in network order by include?
#! packets = udp4(dport=7), udp4(dport=8)
#! values = 1, 2
BAD = [1, 7, 9]
xdp do |pkt|
  u = pkt.udp
  next :pass unless u
  BAD.include?(u.dest) ? :drop : :pass
end

#: parsing DNS-like bytes
#! packets = udp4(dport=53, payload=b"\3www\4test\0"), udp4(dport=53, payload=b"\1a\0")
#! values = 2, 2
xdp do |pkt|
  next :pass unless pkt.udp
  off = 42
  labels = 0
  sum = 0
  10.times do
    len = pkt.u8(off)
    break if len.nil? || len == 0
    labels += 1
    sum += len
    off += len + 1
  end
  $a = labels                                          #=> 2, 1
  $b = sum                                             #=> 7, 1
  :pass
end

#: TCP options
#! packets = tcp4(dport=443)
#! values = 2
xdp do |pkt|
  t = pkt.tcp
  next :pass unless t
  $a = t.doff                                          #=> 5
  $b = t.syn == 1                                      #=> True
  $c = t.ack == 1                                      #=> False
  $d = ntohl(t.seq)                                    #=> 0x01020304
  $e = ntohs(t.window) == 0xFFFF                       #=> True
  :pass
end

#: IPv6 addresses as keys
#! packets = udp6(), udp6()
#! values = 2, 1
SEEN = hash(:ip6 => :u64, size: 16, default: 0)
xdp do |pkt|
  ip = pkt.ipv6
  next :pass unless ip
  SEEN[ip.saddr] += 1
  SEEN[ip.saddr] > 1 ? :drop : :pass
end

#: a flow key of addresses and ports
#! packets = udp4(dport=5), udp4(dport=5), udp4(dport=6)
#! values = 2, 2, 2
class Flow
  attr :src, :ip4
  attr :dst, :ip4
  attr :port, :u16
end
FLOWS = hash(Flow => :u64, default: 0)
xdp do |pkt|
  ip = pkt.ipv4
  u = pkt.udp
  next :pass unless ip && u
  k = Flow.new(src: ip.saddr, dst: ip.daddr, port: ntohs(u.dest))
  FLOWS[k] += 1
  $a = FLOWS[k]                                        #=> 1, 2, 1
  :pass
end

#: an event out of a packet
#! packets = udp4(dport=5)
#! values = 2
#! E = [{"src": "10.0.0.1", "port": 5, "mac": "02:00:00:00:00:01"}]
class Seen
  attr :src, :ip4
  attr :port, :u16
  attr :mac, :mac
end
E = ringbuf Seen
xdp do |pkt|
  e = pkt.eth
  ip = pkt.ipv4
  u = pkt.udp
  next :pass unless e && ip && u
  E << Seen.new(src: ip.saddr, port: ntohs(u.dest), mac: e.h_source)
  :pass
end

#: printing packets
#! packets = udp4(dport=5)
#! values = 2
#! out = "10.0.0.1 > 10.0.0.2:5 50\n"
xdp do |pkt|
  ip = pkt.ipv4
  u = pkt.udp
  next :pass unless ip && u
  puts "#{ip.saddr} > #{ip.daddr}:#{ntohs(u.dest)} #{pkt.size}"
  :pass
end

#: a missing end result in cgroup
cgroup_connect4 do |c|
  next false if ntohs(c.user_port) == 25               # error: true
end

#: a result of the wrong hook
tc_ingress do |pkt|
  :drop                                                # error: :shot
end

#: puts in another hook
#! packets = udp4()
#! hook = tc
#! values = 0
#! out = "tc 50\n"
tc_ingress do |pkt|
  puts "tc #{pkt.len}"
  :ok
end

#: a long loop over a packet's bytes
#! packets = udp4(payload=b"A" * 300), udp4(payload=b"A")
#! values = 2, 2
xdp do |pkt|
  n = 0
  400.times { |i| n += 1 if (pkt.u8(42 + i) || 0) == 65 }
  $a = n                                               #=> 300, 1
  :pass
end
