# Which devices the processes of a cgroup may use, by rules in a map: what no rule allows is refused.
#
#   rucy run devices.rb --cgroup /sys/fs/cgroup/demo
#   bpftool map update name RULES key 2 0 0 0  1 0 0 0  9 0 0 0  value 2 0 0 0      # read /dev/urandom

license "GPL"

MKNOD = 1
READ  = 2
WRITE = 4
ANY   = 0xffff_ffff

RULES   = hash([:u32, :u32, :u32] => :u32, size: 256)      # type, major, minor (or ANY) => access
REFUSED = hash([:u32, :u32, :u32] => :u64, default: 0)

def allows?(type, major, minor, access)
  rule = RULES[type, major, minor]
  rule && rule & access == access
end

cgroup_device do |device|
  next true if allows?(device.type, device.major, device.minor, device.access)
  next true if allows?(device.type, device.major, ANY, device.access)
  REFUSED[device.type, device.major, device.minor] += 1
  false
end
