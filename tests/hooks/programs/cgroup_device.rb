# /dev/urandom is refused, whatever is done with it; every request is told.
license "GPL"

$asked = 0
$refused = 0

cgroup_device do |device|
  $asked += 1
  printk "access %d to %d:%d", device.access, device.major, device.minor
  urandom = device.type == 2 && device.major == 1 && device.minor == 9
  $refused += 1 if urandom
  !urandom
end
