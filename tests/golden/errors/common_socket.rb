license "GPL"
cgroup_egress do |skb|
  sk = skb.sk
  next true unless sk
  sk.protocol == 6  # error: [common-socket]
end
