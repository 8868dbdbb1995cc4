cgroup_device { |dev| }  # error: [result-nil]
