license "GPL"

M = hash(:u32 => :u64, size: 64, size: 65)  # error: [map-option-twice]

tracepoint "sched:sched_switch" do |sw|
  M[pid] = 1
end
