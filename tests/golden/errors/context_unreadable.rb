license "GPL"
cgroup_connect4 { |c| c.user_ip6[0] == 0 }  # error: [context-unreadable]
