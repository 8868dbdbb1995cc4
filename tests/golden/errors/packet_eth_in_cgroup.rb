license "GPL"

cgroup_ingress do |pkt|
  e = pkt.eth
  e.h_proto == 0x0800 # error: [is-nil]
end
