cgroup_connect4 do |c|
  port = c.user_port
  next false if port < 1024  # error: [network-order]
  next false if c.user_ip4 == "10.0.0.0/8"  # error: [address-text]
  next false if c.user_port == 100_000  # error: [network-constant]
  c.user_port = pid  # error: [store-order]
  true
end
