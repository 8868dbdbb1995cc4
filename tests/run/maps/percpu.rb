# runs: 1 2 1 3 4
license "GPL"
P = percpu_hash(:u32 => :u64, default: 0)
L = lru_hash(:u64 => :u64, size: 100)
X = lru_percpu_hash(:u16 => :i64, default: 0)
$x = 0
raw_tracepoint "sys_enter" do |regs, id|
  P[id] += 5
  P[9] ^= id
  L[id] = id * id
  X[id] -= 3
  $x = X[id] + (L[id - 1] || 0)
end
