# No raw sockets, and no TCP of the second address family.
license "GPL"

cgroup_sock_create do |sock|
  printk "family %d type %d protocol %d", sock.family, sock.type, sock.protocol
  next false if sock.type == 3
  !(sock.family == 10 && sock.protocol == 6)
end
