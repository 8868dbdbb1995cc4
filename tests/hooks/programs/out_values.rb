# What a helper writes into memory of the call's own is the call's value.
license "GPL"

cgroup_sysctl do |c|
  name = sysctl_get_name(0)
  value = strtol(sysctl_get_current_value, 0) || -1
  printk "%s is %d", name, value if name == "net/ipv4/ip_forward"
  true
end
