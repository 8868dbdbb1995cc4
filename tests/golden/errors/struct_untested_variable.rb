license "GPL"

class Event
  attr :pid, :u32
end

M = hash(:u32 => Event)
NAMES = hash(:u32 => [:char, 16])

syscall "getpid" do
  e = M[pid]
  e.pid = 1  # error: [maybe-nil]
  name = NAMES[pid]
  printk "%s", name  # error: [maybe-nil]
end
