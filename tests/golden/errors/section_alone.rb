section! "cgroup/dev"  # error: [section-alone]
