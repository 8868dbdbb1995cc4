cgroup_connect4 do |c|
  c.user_port += 1  # error: [network-order]
  true
end
