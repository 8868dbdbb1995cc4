# Connections to port 9 are refused, those to port 7777 go to port 8888.
license "GPL"

cgroup_connect4 do |sock|
  printk "%d connects to %x port %d", pid, ntohl(sock.user_ip4), ntohs(sock.user_port)
  next false if sock.user_port == 9
  sock.user_port = 8888 if sock.user_port == 7777
  true
end
