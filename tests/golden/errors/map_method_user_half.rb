license "GPL"

M = hash(:u32 => :u64)

tracepoint "sched:sched_switch" do |sw|
  M.sort_by(pid)  # error: [no-map-method]
end
