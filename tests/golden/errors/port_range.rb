cgroup_connect4 do |c|
  case c.user_port  # error: [network-order]
  when 1..1023 then false
  else true
  end
end
