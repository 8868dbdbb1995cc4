license "GPL"

M = hash(:u32 => :u64, default: 0)

tracepoint "sched:sched_switch" do |sw|
  M[pid] ||= 1  # error: [default-or-set]
end
