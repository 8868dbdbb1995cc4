license "GPL"

M = hash(:u32 => :int)  # error: [no-such-type]

tracepoint "sched:sched_switch" do |sw|
  M[pid] = 1
end
