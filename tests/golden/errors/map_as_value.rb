license "GPL"

M = hash(:u32 => :u64)

tracepoint "sched:sched_switch" do |sw|
  m = M  # error: [map-as-value]
end
