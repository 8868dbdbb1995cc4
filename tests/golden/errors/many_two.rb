cgroup_device do |dev|
  next 5 if dev.majr == 1  # error: [result-range] # error: [no-context-field]
  next if dev.minor == 9  # error: [result-nil]
  printk("%s", dev.minor)  # error: [helper-license]
  dev.major = 3  # error: [context-read-only]
  true
end
