license "GPL"

cgroup_getsockopt do |option|
  printk "get %d %d", option.level, option.optname
  option.retval = 0 if option.level == 1 && option.optname == 7777
  true
end
