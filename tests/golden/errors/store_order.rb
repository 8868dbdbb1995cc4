license "GPL"
cgroup_connect4 do |c|
  c.user_port = pid  # error: [store-order] network byte order
  true
end
