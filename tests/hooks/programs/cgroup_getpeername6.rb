license "GPL"

cgroup_getpeername6 do |sock|
  printk "getpeername family %d type %d", sock.family, sock.type
  sock.user_port = 4242 if sock.user_port == 4141
  true
end
