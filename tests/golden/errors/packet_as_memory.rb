license "GPL"

tc_ingress do |pkt|
  ip = pkt.ipv4
  next :ok unless ip
  skb_store_bytes(26, ip, 0) # error: [helper-packet]
  csum_diff(pkt.udp, ip, 0) # error: [maybe-nil]
  :ok
end
