cgroup_connect4 do |c|
  port = ntohs(c.user_port)
  port == htons(443)  # error: [mixed-order]
end
