license "GPL"

M = hash(:u32 => :u64)

tracepoint "sched:sched_switch" do |sw|
  M[] = 1  # error: [map-no-key]
end
