cgroup_connect4 { |c| c.user_port != 70000 }  # error: [network-constant]
