license "GPL"

M = hash([:u32, 4] => :u64)  # error: [map-key-type]

tracepoint "sched:sched_switch" do |sw|
  M[pid] = 1
end
