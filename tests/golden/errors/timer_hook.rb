license "GPL"

class Flow
  attr :t, :timer
  attr :n, :u64
end

FLOWS = lru_hash(:u32 => Flow)
SLOW = percpu_hash(:u32 => Flow)  # error: [object-map]

tracepoint "sched:sched_switch" do |sw|
  f = FLOWS[1]  # error: [object-here]
  after(f.t, 1000) { |k, v| v.n = 1 }
end
