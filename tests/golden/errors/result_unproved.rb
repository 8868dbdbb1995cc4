cgroup_device { |dev| dev.major }  # error: [result-unproved]
