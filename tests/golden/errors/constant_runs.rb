license "GPL"
STARTED = nsecs
TICKS = kconfig(:HZ)
SUM = [3, 4].sum + (TICKS > 0 ? 1 : 0)
LIST = Array.new(4) { 0 }  # error: [user-space-name]
syscall "getpid" do
  printk "%d %d", TICKS, SUM
  printk "%d", STARTED  # error: [constant-runs]
  printk "%d", LIST
end
