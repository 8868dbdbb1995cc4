license "GPL"

A = array(:u64, 4)

tracepoint "sched:sched_switch" do |sw|
  A.delete(1)  # error: [array-delete]
end
