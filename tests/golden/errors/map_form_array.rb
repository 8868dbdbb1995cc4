license "GPL"

M = array(:u32 => :u64)  # error: [map-form]

tracepoint "sched:sched_switch" do |sw|
  M[1] = 1
end
