cgroup_connect4 { |c| c.user_port == "80" }  # error: [never-equal]
