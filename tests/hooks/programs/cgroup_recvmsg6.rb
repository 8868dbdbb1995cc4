license "GPL"

cgroup_recvmsg6 do |sock|
  printk "recvmsg family %d type %d", sock.family, sock.type
  sock.user_port = 4242 if sock.user_port == 4141
  true
end
