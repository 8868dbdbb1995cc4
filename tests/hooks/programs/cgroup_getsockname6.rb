license "GPL"

cgroup_getsockname6 do |sock|
  printk "getsockname family %d type %d", sock.family, sock.type
  sock.user_port = 4242 if sock.user_port == 4141
  true
end
