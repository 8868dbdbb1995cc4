cgroup_connect4 { |c| c.user_port > 1024 }  # error: [network-order]
