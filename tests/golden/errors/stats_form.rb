license "GPL"

S = stats(:u64)  # error: [map-form]

tracepoint "sched:sched_switch" do |sw|
  S << pid
end
