license "GPL"

M = hash(:u32 => :bool)

tracepoint "sched:sched_switch" do |sw|
  M[pid] ||= true  # error: [bool-or-set]
end
