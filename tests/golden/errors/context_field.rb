license "GPL"
cgroup_device { |dev| dev.majr != 1 }  # error: [no-context-field] did you mean `major`
