cgroup_connect4 { |c| c.user_ip4 != "127.0.0.1" }  # error: [never-equal]
