license "GPL"

M = hash(:u32 => :u64)

tracepoint "sched:sched_switch" do |sw|
  M.fech(pid, 0)  # error: [no-map-method]
end
