license "GPL"

cgroup_egress do |pkt|
  redirect(2) # error: [helper-not-here]
end
