license "GPL"
cgroup_device do |dev|
  dev.major = 1  # error: [context-read-only] `major`
  true
end
