license "GPL"

class Locked
  attr :guard, :spin_lock
  attr :count, :u64
end

M = hash(:u32 => Locked)

def seen(e)
  e.count = nsecs  # error: [lock-call]
end

tc_ingress do |packet|
  e = M[1]
  next :ok unless e
  lock(e.guard) { e.count = nsecs }  # error: [lock-call]
  lock(e.guard) { M[2] = Locked.new(count: 3) }  # error: [lock-call]
  lock(e.guard) { seen(e) }
  lock(e.guard) do
    if f = M[3]  # error: [lock-call]
      f.count += 1
    end
  end
  :ok
end
