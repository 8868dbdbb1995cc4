license "GPL"

cgroup_egress do |pkt|
  if ip = pkt.ipv4
    ip.ttl = 1 # error: [packet-read-only]
  end
  true
end

socket_filter do |pkt|
  if u = pkt.udp
    u.dest = 77 # error: [packet-read-only]
  end
  0
end
