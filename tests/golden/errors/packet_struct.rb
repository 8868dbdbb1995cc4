license "GPL"

xdp do |pkt|
  name = "struct udphdr"
  u = pkt.at(name, 34) # error: [packet-struct]
  v = pkt.at("struct udphrd", 34) # error: [no-type]
  t = pkt.at("struct task_struct", 0) # error: [packet-struct]
  w = pkt.at("struct udphdr") # error: [wrong-arguments]
  :pass
end
