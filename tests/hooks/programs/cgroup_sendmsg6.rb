license "GPL"

cgroup_sendmsg6 do |sock|
  printk "sendmsg %d protocol %d", ntohs(sock.user_port), sock.protocol
  sock.user_port != 9
end
