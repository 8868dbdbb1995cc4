license "GPL"
syscall "getpgid" do |who|
  printk "%d", kernel_version(5)  # error: [kernel-version]
  printk "%d", kconfig("HZ")  # error: [kconfig]
  printk "%d", kconfig(:HZ, :number)  # error: [kconfig]
  printk "%p", ksym("schedule")  # error: [ksym]
  printk "%p", per_cpu(:runqueue, cpu)  # error: [no-per-cpu]
  printk "%p", per_cpu(:runqueues)  # error: [ksym]
  signal :KIL  # error: [no-signal]
  override_return(-1)  # error: [override-here]
  printk "%p", per_cpu(:timer_bases, cpu)  # error: [per-cpu-array]
end
