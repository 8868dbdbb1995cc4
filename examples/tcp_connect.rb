# Each TCP connection that this machine opens: who, and to which port.
#
#   rucy run tcp_connect.rb

license "GPL"

kprobe "tcp_connect" do |sk|
  printk "%d %s connects to port %d", pid, comm, ntohs(sk.__sk_common.skc_dport)
end
