license "GPL"

$port = 0

tc_ingress do |pkt|
  $port = ntohs(pkt.tcp.dest) # error: [maybe-nil]
  :ok
end
