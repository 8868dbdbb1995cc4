license "GPL"

M = hash(:u32 => :u16, default: 0)

tracepoint "sched:sched_switch" do |sw|
  M[pid] += 1  # error: [atomic-width]
end
