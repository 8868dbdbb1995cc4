# Processes of the cgroup may talk to everyone, but to no mail server: over IPv4 and IPv6.
#
#   rucy run cgroup_no_smtp.rb --cgroup /sys/fs/cgroup/demo

license "GPL"

$refused = 0

cgroup_egress do |packet|
  tcp = packet.tcp
  next true unless tcp && tcp.dest == 25
  $refused += 1
  false
end
