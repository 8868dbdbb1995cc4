license "GPL"

M = hash(:u32 => :u64)

tracepoint "sched:sched_switch" do |sw|
  x = M.fetch(pid)  # error: [fetch-default]
end
