license "GPL"

$released = 0

cgroup_sock_release do |sock|
  $released += 1
  printk "released family %d protocol %d", sock.family, sock.protocol
  true
end
