license "GPL"

COUNTS = hash(:u32 => :u64)
OUT = devmap(8)
PORTS = cgroup_array(8)

xdp do |pkt|
  next redirect_map(COUNTS, 1) if pkt.tcp # error: [redirect-map]
  next redirect_map(PORTS, 1) if pkt.udp # error: [redirect-map]
  next redirect_map(OUT) if pkt.icmp # error: [wrong-arguments]
  next redirect_map(OUT, 1, :redirect) if pkt.icmp6 # error: [redirect-map]
  redirect_map(OUT, pkt.u8(0)) # error: [maybe-nil]
end

tc_ingress do |pkt|
  redirect_map(OUT, 1) # error: [helper-not-here]
end
