license "GPL"

tracepoint "sched:sched_switch" do |sw|
  m = hash(:u32 => :u64)  # error: [map-inside]
end
