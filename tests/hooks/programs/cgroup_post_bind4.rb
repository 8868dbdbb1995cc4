license "GPL"

cgroup_post_bind4 do |sock|
  printk "bound %d family %d", sock.src_port, sock.family
  sock.src_port != 7
end
