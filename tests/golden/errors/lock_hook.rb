license "GPL"

class Locked
  attr :guard, :spin_lock
  attr :count, :u64
end

M = hash(:u32 => Locked)

kprobe "vfs_read" do
  if e = M[pid]  # error: [object-here]
    lock(e.guard) { e.count = 1 }
  end
end

socket_filter do |packet|
  M[1] = Locked.new  # error: [object-here]
  0
end
