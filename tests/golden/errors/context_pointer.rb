license "GPL"
tc_ingress do |packet|
  start = packet.data  # error: [context-pointer]
  :ok
end
cgroup_getsockopt do |c|
  c.optval != 0  # error: [context-pointer]
end
