license "GPL"

M = hash(:u32 => :u64)

tracepoint "sched:sched_switch" do |sw|
  M[pid, tid] = 1  # error: [map-key-parts]
end
