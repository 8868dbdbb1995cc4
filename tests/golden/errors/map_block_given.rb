license "GPL"

M = hash(:u32 => :u64)

tracepoint "sched:sched_switch" do |sw|
  M.delete(pid) { |k| 0 }  # error: [no-block]
end
