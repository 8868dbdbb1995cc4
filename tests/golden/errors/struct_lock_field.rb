license "GPL"

class Entry
  attr :guard, :spin_lock
  attr :count, :u64
end

ENTRIES = hash(:u32 => Entry)

tc_ingress do |pkt|
  entry = ENTRIES[pkt.len]
  entry.guard = 1 if entry  # error: [object-field]
  :ok
end
