license "GPL"

class Entry
  attr :guard, :spin_lock
  attr :n, :u64
end

ENTRIES = hash(:u32 => Entry)

tc_ingress do |packet|
  entry = ENTRIES[1]
  next :ok unless entry
  spin_lock(entry.guard)  # error: [helper-form]
  entry.n += 1
  bpf_spin_unlock(entry.guard)  # error: [helper-form]
  bpf_per_cpu_ptr(1, 0)  # error: [helper-form]
  kptr_xchg(1, 0)  # error: [foreign]
  :ok
end
