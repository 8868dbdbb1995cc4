cgroup_connect4 { |c| c.user_ip4 != "127.0.0.1/8" }  # error: [address-text]
cgroup_connect6 { |c| c.user_ip6 == "127.0.0.1" }    # error: [address-text]
cgroup_connect4 { |c| c.user_ip4 = "10.0.0"; true }  # error: [address-text]
xdp { |packet| packet.eth&.h_source == "localhost" ? :drop : :pass }  # error: [address-text]
