license "GPL"

class Entry
  attr :guard, :spin_lock
  attr :n, :u64
end

GROUPS = hash_of_maps(:u32 => hash(:u32 => Entry, size: 8))

tc_ingress do |packet|
  group = GROUPS[packet.mark]
  next :ok unless group
  entry = group[packet.len]
  next :ok unless entry
  lock(entry.guard) { entry.n *= 2 }
  :ok
end
