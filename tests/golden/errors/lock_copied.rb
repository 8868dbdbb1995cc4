license "GPL"

class Locked
  attr :guard, :spin_lock
  attr :count, :u64
end

M = hash(:u32 => Locked)

tc_ingress do |packet|
  e = M[1]
  next :ok unless e
  M[2] = e  # error: [object-copied]
  gone = M.delete(3)  # error: [object-copied]
  p e
  M.delete(4)
  :ok
end
