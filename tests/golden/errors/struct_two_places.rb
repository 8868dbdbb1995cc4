license "GPL"

class Event
  attr :pid, :u32
end

M = hash(:u32 => Event)

syscall "getpid" do
  e = M[pid] || Event.new(pid: pid)  # error: [branch-types]
  printk "%d", e.pid
end
