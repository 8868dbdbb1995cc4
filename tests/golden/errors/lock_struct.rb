license "GPL"

class Locked
  attr :guard, :spin_lock
  attr :count, :u64
end

class Many
  attr :guards, [:spin_lock, 4]  # error: [object-array]
end

class Twice
  attr :first, :spin_lock
  attr :second, :spin_lock  # error: [object-twice]
end

class Around
  attr :locked, Locked  # error: [object-inside]
end

A = hash(:u32 => Many)
B = hash(:u32 => Twice)
C = hash(:u32 => Around)
D = lru_hash(:u32 => Locked)  # error: [object-map]
E = queue(Locked, 4)  # error: [object-map]
F = ringbuf Locked  # error: [object-map]

tc_ingress do |packet|
  A[1] = Many.new
  B[1] = Twice.new
  C[1] = Around.new
  :ok
end
