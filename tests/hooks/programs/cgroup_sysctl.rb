license "GPL"

cgroup_sysctl do |setting|
  printk "write %d at %d", setting.write, setting.file_pos
  setting.write == 0
end
