license "GPL"

cgroup_connect6 do |sock|
  printk "last word %x port %d", ntohl(sock.user_ip6[3]), ntohs(sock.user_port)
  sock.user_port != 9
end
