# No process of the cgroup may open /dev/urandom (character device 1:9).
#
#   rucy run device_filter_block.rb --cgroup /sys/fs/cgroup/demo

license "GPL"

cgroup_device do |device|
  !(device.major == 1 && device.minor == 9)
end
