cgroup_device { |dev| 7 }  # error: [result-range]
