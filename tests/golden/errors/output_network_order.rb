license "GPL"
kprobe "tcp_connect" do |sk|
  puts sk.__sk_common.skc_dport  # error: [network-order]
  printf "%d\n", sk.__sk_common.skc_dport  # error: [network-order]
  p sk.__sk_common.skc_dport  # error: [network-order]
  puts "port #{sk.__sk_common.skc_dport}"  # error: [network-order]
  puts ntohs(sk.__sk_common.skc_dport)
end
