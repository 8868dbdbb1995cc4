license "GPL"

class Locked
  attr :guard, :spin_lock
  attr :count, :u64
end

M = hash(:u32 => Locked)

def double(e)
  e.count *= 2  # error: [map-operator]
end

tc_ingress do |packet|
  e = M[1]
  next :ok unless e
  lock(e.guard) { double(e) }
  :ok
end
