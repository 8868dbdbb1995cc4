license "GPL"

class Locked
  attr :guard, :spin_lock
  attr :count, :u64
end

M = hash(:u32 => Locked)

tc_ingress do |packet|
  mine = Locked.new(guard: 0)  # error: [object-field]
  lock(mine.guard) { packet.mark = 1 }
  e = M[1]
  lock(e.guard) { packet.mark = 2 }  # error: [maybe-nil]
  next :ok unless e
  new = Locked.new
  lock(new.guard) { packet.mark = 3 }  # error: [object-place]
  lock(e.count) { packet.mark = 4 }  # error: [object-argument]
  lock(e) { e.count = 1 }  # error: [object-argument]
  lock(e.guard)  # error: [lock-block]
  lock(e.guard) { |v| e.count = 1 }  # error: [lock-block]
  lock(e.guard) do
    lock(e.guard) { e.count = 1 }  # error: [lock-inside]
  end
  x = e.guard  # error: [object-field]
  f = M[2]
  next :ok unless f
  lock(e.guard) { f.count *= 2 }  # error: [map-operator]
  :ok
end
