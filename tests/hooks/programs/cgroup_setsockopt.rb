license "GPL"

cgroup_setsockopt do |option|
  printk "set %d %d", option.level, option.optname
  !(option.level == 1 && option.optname == 9)
end
